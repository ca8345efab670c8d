import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { newArmApp } from '../../../local/cloud/http.ts';
import { createTasks } from '../../../local/cloud/tasks/tasks.ts';
import { detectEngine } from '../../../local/containers/detect.ts';
import { buildBusybox } from '../containers-image.ts';
import { eventually, noRegistries } from './services.ts';
import { crashWorld, REGISTRY_PATH } from './tasks-crash-world.ts';

it(
  'ends what was running as an error and runs what was queued, when the cloud was killed',
  { timeout: 60_000 },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gated-import-crash-'));
    const engine = await detectEngine({ directory, instance: 'crash', log: () => {} });
    await buildBusybox(engine, { tag: 'localhost/stays:1' });
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('tasks-crash.child.ts', import.meta.url)), directory, 'localhost/stays:1'],
      { stdio: 'inherit' },
    );
    await eventually(
      () => (existsSync(join(directory, 'first')) && existsSync(join(directory, 'second'))) || undefined,
      20_000,
    );
    const left = await engine.ok(['ps', '--quiet', '--filter', 'label=gated-import-run=crash.team.ca1']);

    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
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

    const runs = await eventually(async () => {
      const { value } = (await (await arm.request(`${REGISTRY_PATH}/runs`)).json()) as {
        value: { properties: { runId: string; status: string; runErrorMessage?: string } }[];
      };
      const byId = Object.fromEntries(value.map(({ properties }) => [properties.runId, properties]));
      return byId['ca3']?.status === 'Succeeded' ? byId : undefined;
    }, 20_000);
    expect(left).not.toBe('');
    expect(runs['ca1']).toMatchObject({
      status: 'Error',
      runErrorMessage: expect.stringContaining('the local cloud ended'),
    });
    expect(runs['ca2']).toMatchObject({ status: 'Error' });
    expect(await engine.ok(['ps', '--all', '--quiet'])).toBe('');
    const programs = spawnSync('ps', ['-eo', 'args']).stdout.toString();
    expect(programs).not.toMatch(/sleep 7654[34]/);

    await tasks.stop();
    world.store.close();
    await engine.removeAll({ images: true });
    await rm(directory, { recursive: true });
  },
);
