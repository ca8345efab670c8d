/** Run by `tasks-crash.test.ts`, and killed by it: a cloud of its own that executes two runs and has a third in its queue. */
import { join } from 'node:path';
import { newArmApp } from '../../../local/cloud/http.ts';
import { createTasks } from '../../../local/cloud/tasks/tasks.ts';
import { noRegistries } from './services.ts';
import { crashWorld, REGISTRY_PATH, RUNNER } from './tasks-crash-world.ts';

const [directory = '', image = ''] = process.argv.slice(2);
const world = await crashWorld(directory);
const tasks = createTasks({
  world,
  registries: noRegistries,
  vault: { secret: () => undefined },
  tags: { digestOf: () => undefined },
  pushes: { onPush: () => {} },
});
const arm = newArmApp();
tasks.addArmRoutes(arm);
tasks.start();

const commands = [
  `sh -c "docker run --detach ${image} sleep 1000 && touch ${join(directory, 'first')} && exec sleep 76543"`,
  `sh -c "touch ${join(directory, 'second')} && exec sleep 76544"`,
  'echo said by the third run',
];
for (const command of commands) {
  const encodedTaskContent = Buffer.from(`steps:\n  - cmd: ${RUNNER} ${command}\n`).toString('base64');
  const platform = { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
  const body = JSON.stringify({ type: 'EncodedTaskRunRequest', encodedTaskContent, platform });
  const answer = await arm.request(`${REGISTRY_PATH}/scheduleRun`, { method: 'POST', body });
  if (answer.status !== 200) throw new Error(await answer.text());
}
