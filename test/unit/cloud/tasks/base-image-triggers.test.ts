import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../../../local/clock.ts';
import { openStore } from '../../../../local/cloud/store.ts';
import { createBaseImageTriggers } from '../../../../local/cloud/tasks/base-image-triggers.ts';
import { openRecords, taskKey, type ImageDependency, type TaskRecord } from '../../../../local/cloud/tasks/records.ts';
import { taskResource } from '../../../../local/cloud/tasks/schemas.ts';

const HOST = 'localhost:5001';
const NODE = { registry: HOST, repository: 'node', tag: '15' };
const RUNTIME: ImageDependency = { type: 'Runtime', ...NODE, digest: 'sha256:1' };
const BUILD_TIME: ImageDependency = {
  type: 'BuildTime',
  registry: HOST,
  repository: 'tools',
  tag: '2',
  digest: 'sha256:t1',
};

function openTriggers() {
  const clock = virtualClock(Date.UTC(2026, 8, 1, 10));
  const store = openStore(':memory:');
  const records = openRecords(store);
  /** What tags name now, by `repository:tag`. */
  const registry = new Map([
    ['node:15', 'sha256:1'],
    ['tools:2', 'sha256:t1'],
  ]);
  const logged: string[] = [];
  const create = () =>
    createBaseImageTriggers({
      world: { clock, store, log: (_service: string, message: string) => void logged.push(message) },
      records,
      tags: {
        digestOf: ({ loginServer, repository, tag }) =>
          loginServer === HOST ? registry.get(`${repository}:${tag}`) : undefined,
      },
      onRun: () => {},
    });
  let triggers = create();

  return {
    logged,
    /** Stores a task, as a PUT does. */
    put(trigger: object | undefined, properties: object = {}): TaskRecord {
      const known = records.tasks.get(taskKey('Team', 'rebuild'));
      const resource = taskResource.parse({
        location: 'westeurope',
        properties: {
          step: { type: 'Docker', dockerFilePath: 'Dockerfile' },
          trigger: { baseImageTrigger: trigger },
          ...properties,
        },
      });
      const task = { registry: 'Team', name: 'rebuild', createdAt: '', principalId: '', ...known, resource };
      records.tasks.put(taskKey('Team', 'rebuild'), task);
      triggers.follow(task);
      return task;
    },
    /** A run of the task has built on these. */
    built(...dependencies: ImageDependency[]): void {
      const task = records.tasks.get(taskKey('Team', 'rebuild'));
      if (task) triggers.depend(task, dependencies);
    },
    /** Moves a tag; the hint about it comes a moment later, or is lost. */
    push(image: string, digest: string, hint: 'comes' | 'is lost' = 'comes'): void {
      registry.set(image, digest);
      if (hint === 'is lost') return;
      triggers.wake();
      clock.advance(0);
    },
    restart(): void {
      triggers.stop();
      triggers = create();
      triggers.start();
    },
    /** The digests that each run was started for. */
    runs: () => records.runs.entries().map(({ value }) => value.imageUpdateTrigger?.images.map(({ digest }) => digest)),
    run: () => records.runs.entries().at(-1)?.value,
  };
}

const on = (more: object = {}) => ({ name: 'base', baseImageTriggerType: 'Runtime', ...more });

describe('a base-image trigger', () => {
  it('starts the task once for a new digest of the tag it was built on, and says which', () => {
    const system = openTriggers();
    system.put(on());
    system.built(RUNTIME);

    system.push('node:15', 'sha256:2');
    system.push('node:15', 'sha256:2');

    expect(system.runs()).toEqual([['sha256:2']]);
    expect(system.run()).toMatchObject({
      status: 'Queued',
      runType: 'AutoBuild',
      task: 'rebuild',
      imageUpdateTrigger: { timestamp: '2026-09-01T10:00:00.000Z', images: [{ ...NODE, digest: 'sha256:2' }] },
    });
    expect(system.logged).toEqual([`team/rebuild: run ca1, since ${HOST}/node:15 is sha256:2`]);
  });

  it('does nothing before the task has built something, and nothing for a push of the same digest', () => {
    const system = openTriggers();
    system.put(on());
    system.push('node:15', 'sha256:2');
    const before = system.runs();
    system.built({ ...RUNTIME, digest: 'sha256:2' });

    system.push('node:15', 'sha256:2');

    expect([before, system.runs()]).toEqual([[], []]);
  });

  it('sees after a crash what was pushed before it, once', () => {
    const system = openTriggers();
    system.put(on());
    system.built(RUNTIME);
    system.push('node:15', 'sha256:2', 'is lost');

    system.restart();
    system.restart();

    expect(system.runs()).toEqual([['sha256:2']]);
  });

  it('builds again when the tag was moved while a build was at work, and only then', () => {
    const system = openTriggers();
    system.put(on());
    system.built(RUNTIME);
    system.push('node:15', 'sha256:2');
    system.push('node:15', 'sha256:3');

    system.built({ ...RUNTIME, digest: 'sha256:2' });
    system.built({ ...RUNTIME, digest: 'sha256:3' });

    expect(system.runs()).toEqual([['sha256:2'], ['sha256:3']]);
  });

  it('builds again when the first build was overtaken', () => {
    const system = openTriggers();
    system.put(on());
    system.push('node:15', 'sha256:2');

    system.built(RUNTIME);

    expect(system.runs()).toEqual([['sha256:2']]);
  });

  it('follows the images of other stages only with the type All', () => {
    const system = openTriggers();
    system.put(on());
    system.built(RUNTIME, BUILD_TIME);
    system.push('tools:2', 'sha256:t2');
    const runtime = system.runs();

    system.put(on({ baseImageTriggerType: 'All' }));
    system.push('tools:2', 'sha256:t3');

    expect(runtime).toEqual([]);
    expect(system.runs()).toEqual([['sha256:t3']]);
  });

  it('never fires for an image that is named by its digest, nor for one of another registry', () => {
    const system = openTriggers();
    system.put(on());
    system.built(
      { type: 'Runtime', registry: HOST, repository: 'node', digest: 'sha256:1' },
      {
        type: 'Runtime',
        registry: 'registry.hub.docker.com',
        repository: 'library/node',
        tag: '15',
        digest: 'sha256:h',
      },
    );

    system.push('node:15', 'sha256:2');

    expect(system.runs()).toEqual([]);
  });

  it('does not make up for what was pushed while it, or its task, was disabled', () => {
    const system = openTriggers();
    system.put(on({ status: 'Disabled' }));
    system.built(RUNTIME);
    system.push('node:15', 'sha256:2');
    system.put(on(), { status: 'Disabled' });
    system.push('node:15', 'sha256:3');

    system.put(on());
    system.restart();
    const enabled = system.runs();
    system.push('node:15', 'sha256:4');

    expect(enabled).toEqual([]);
    expect(system.runs()).toEqual([['sha256:4']]);
  });

  it('starts one run for pushes that come together', () => {
    const system = openTriggers();
    system.put(on({ baseImageTriggerType: 'All' }));
    system.built(RUNTIME, BUILD_TIME);
    system.push('tools:2', 'sha256:t2', 'is lost');

    system.push('node:15', 'sha256:2');

    expect(system.runs()).toEqual([['sha256:2', 'sha256:t2']]);
  });
});
