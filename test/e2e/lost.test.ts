/** Nothing that a push needs is in an event or in the task hub: whatever of them is lost, repeated or late, it comes to the same end. */
import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../../local/demo/until.ts';
import { NODE, STABLE_TAG } from '../../local/demo/walkthrough.ts';
import { layoutOf } from '../../local/layout.ts';
import { buildUnderWay, checkUnderWay, deploymentUnderWay, followed } from './followers.ts';
import { startSystem, type System } from './system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ settings: { SWEEP_SCHEDULE: '*/3 * * * * *' } });
});
afterAll(() => system?.destroy());

describe('events', () => {
  /** What every run of a red and then a green push has to come to, whatever happens to its events. */
  const end = {
    upstream: 'green',
    current: 'green',
    stable: 'green',
    settled: { red: 'rejected', green: 'promoted' },
    wanted: 'green',
    uniqueTags: { red: 0, green: 1 },
  };

  test.each([
    ['once and in order', { copies: 1, shuffle: false }],
    ['three times and shuffled', { copies: 3, shuffle: true }],
    ['never: the sweep alone does it', { copies: 0, shuffle: false }],
  ])('delivered %s', async (_, disturbance) => {
    await disturb(disturbance);
    const before = await counts();

    const red = await system.pushUpstream('red');
    await system.settled(red, 'rejected');
    const green = await system.pushUpstream('green');
    await followed(system, green);

    expect(await endOf({ red, green })).toEqual(end);
    await system.wait(
      'every event has been delivered as often as it should',
      async () => {
        const seen = difference(await counts(), before);
        // At least: Event Grid may deliver one once more.
        const enough = seen.published > 0 && seen.delivered >= disturbance.copies * seen.published;
        return enough ? true : missing(seen);
      },
      { withinSeconds: 15 },
    );
    const { delivered, failed } = difference(await counts(), before);
    expect(failed).toBe(0);
    if (disturbance.copies === 0) expect(delivered).toBe(0);
    expect(await endOf({ red, green })).toEqual(end);
  });
});

test('the task hub is lost while the check runs, while the image is built and while it is deployed', async () => {
  const digest = await system.pushUpstream('teal');

  await checkUnderWay(system, digest);
  await loseTaskHub();
  await buildUnderWay(system, digest);
  await loseTaskHub();
  await deploymentUnderWay(system, digest);
  await loseTaskHub();

  expect(await followed(system, digest)).toMatchObject({ colour: 'teal' });
  await system.settled(digest, 'promoted');
  await system.stable(digest);
  expect(await system.uniqueTags(digest)).toHaveLength(1);
});

/** The file goes first, and its host before it can write another: what the next one finds is what there was on the first day. */
async function loseTaskHub(): Promise<void> {
  const { hostDatabase } = layoutOf(system.local.instance.directory);
  for (const part of ['', '-wal', '-shm', '-journal']) await rm(`${hostDatabase}${part}`, { force: true });
  await system.local.kill('host', 'SIGKILL');
}

async function disturb(disturbance: { copies: number; shuffle: boolean }): Promise<void> {
  const answer = await fetch(eventsUrl('delivery'), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(disturbance),
  });
  expect(answer.status).toBe(200);
}

const eventsUrl = (path: string): string => new URL(`/local/events/${path}`, system.local.endpoints.announcements).href;

interface Counts {
  published: number;
  delivered: number;
  failed: number;
}

/** Of the pushes to any registry, and of the calls of the function that is told of them. */
async function counts(): Promise<Counts> {
  const { value } = (await (await fetch(eventsUrl('delivered'))).json()) as {
    value: { event: { eventType?: string } }[];
  };
  const log = await readFile(system.local.endpoints.logs.app, 'utf8');
  return {
    published: value.filter(({ event }) => event.eventType === 'Microsoft.ContainerRegistry.ImagePushed').length,
    delivered: log.split('[onImagePushed] started').length - 1,
    failed: log.split('[onImagePushed] failed').length - 1,
  };
}

const difference = (now: Counts, before: Counts): Counts => ({
  published: now.published - before.published,
  delivered: now.delivered - before.delivered,
  failed: now.failed - before.failed,
});

/** Where everything stands, with the names of the pushes in place of their digests. */
async function endOf(pushed: Record<string, string>): Promise<object> {
  const nameOf = (digest: string | undefined) => Object.keys(pushed).find((name) => pushed[name] === digest) ?? digest;
  const gate = await system.gate();
  const { wanted } = await followed(system, String(gate.current?.digest));
  const each = async <T>(ask: (digest: string) => Promise<T> | T) =>
    Object.fromEntries(
      await Promise.all(Object.entries(pushed).map(async ([name, digest]) => [name, await ask(digest)] as const)),
    );
  return {
    upstream: nameOf(gate.upstream?.digest),
    current: nameOf(gate.current?.digest),
    stable: nameOf(await system.ask.registries.base.digestOf(NODE, STABLE_TAG)),
    settled: await each((digest) => gate.candidates.find((one) => one.digest === digest)?.outcome?.kind),
    wanted: nameOf(wanted.base),
    uniqueTags: await each(async (digest) => (await system.uniqueTags(digest)).length),
  };
}
