/** A task that follows the image it is built on, with real builds and pushes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './services.ts';
import { openTasksSystem, PLATFORM, REGISTRY, RESOURCE_GROUP, type TasksSystem } from './tasks-system.ts';

let system: TasksSystem;
beforeAll(async () => {
  system = await openTasksSystem();
});
afterAll(() => system.close());

const base = (word: string) => `FROM scratch\nCOPY busybox /bin/sh\nENV PATH=/bin WORD=${word}\n`;
const follow = async (task: string, from: string) => {
  const { url } = await system.commit(task, { Dockerfile: `FROM ${from}\nCMD ["echo"]\n` });
  await system.client.tasks.beginCreateAndWait(RESOURCE_GROUP, REGISTRY, task, {
    location: 'westeurope',
    platform: PLATFORM,
    step: {
      type: 'Docker',
      contextPath: url,
      dockerFilePath: 'Dockerfile',
      imageNames: [`followers/${task}:{{.Run.ID}}`],
    },
    trigger: { baseImageTrigger: { name: 'base', baseImageTriggerType: 'Runtime', status: 'Enabled' } },
  });
  const taskId = `/subscriptions/${system.world.config.subscription}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY}/tasks/${task}`;
  return system.ended(await system.schedule({ type: 'TaskRunRequest', taskId }));
};
const runsOf = async (task: string) => {
  const runs = [];
  for await (const run of system.client.runs.list(RESOURCE_GROUP, REGISTRY, { filter: `TaskName eq '${task}'` }))
    runs.push(run);
  return runs;
};

describe('a task that follows its base image', () => {
  it('is built again, on the new image, when another one is pushed under the tag', async () => {
    await system.pushImage('bases/moving:1', base('old'));
    await follow('on-the-tag', `${system.registry}/bases/moving:1`);

    const digest = await system.pushImage('bases/moving:1', base('new'));

    const run = await eventually(async () =>
      (await runsOf('on-the-tag')).find(({ runType }) => runType === 'AutoBuild'),
    );
    expect(run.imageUpdateTrigger?.images).toEqual([
      { registry: system.registry, repository: 'bases/moving', tag: '1', digest },
    ]);
    const ended = await system.ended(run.runId ?? '');
    expect(ended.status).toBe('Succeeded');
    const task = await system.client.tasks.get(RESOURCE_GROUP, REGISTRY, 'on-the-tag');
    expect(task.step?.baseImageDependencies).toMatchObject([{ type: 'Runtime', tag: '1', digest }]);
    expect(await runsOf('on-the-tag')).toHaveLength(2);
  });

  it('is not built again on an image that this machine has built and pushed itself', async () => {
    const sourceLocation = await system.upload({
      Dockerfile: `FROM ${system.base}\nRUN echo own > /own\n`,
      'acr-task.yaml': [
        'version: v1.1.0',
        'steps:',
        '  - build: -t $Registry/bases/own:1 .',
        '  - push: [$Registry/bases/own:1]',
      ].join('\n'),
    });
    const request = { type: 'FileTaskRunRequest', taskFilePath: 'acr-task.yaml', platform: PLATFORM, sourceLocation };
    const base = await system.ended(await system.schedule(request));

    await follow('on-our-own', `${system.registry}/bases/own:1`);

    const task = await system.client.tasks.get(RESOURCE_GROUP, REGISTRY, 'on-our-own');
    expect(task.step?.baseImageDependencies).toMatchObject([{ digest: base.outputImages[0]?.digest }]);
    expect(await runsOf('on-our-own')).toHaveLength(1);
  });

  it('is not built again when it names its base by digest, though it stands on the same repository', async () => {
    const pinned = await system.pushImage('bases/both:1', base('old'));
    await follow('on-the-digest', `${system.registry}/bases/both@${pinned}`);
    await follow('on-the-same-tag', `${system.registry}/bases/both:1`);

    await system.pushImage('bases/both:1', base('new'));

    // They are looked at together: when the one has been started, the other has been passed over.
    await eventually(async () => (await runsOf('on-the-same-tag')).find(({ runType }) => runType === 'AutoBuild'));
    expect(await runsOf('on-the-digest')).toHaveLength(1);
  });
});
