/** Stories on the Durable client: what is started, and what the client's answers are taken for. */
import type { DurableClient } from 'durable-functions';
import { expect, test } from 'vitest';
import { durableStories } from '../../../functions/stories.ts';

type Client = Parameters<typeof durableStories>[0];

const LAST_PROGRESS = '2026-03-04T05:06:07Z';

/** Answers as the library does: the text of the response, parsed and no more, so that times are texts. */
function client({ atWork }: { atWork: string[] }): Client & { started: string[] } {
  const started: string[] = [];
  const statuses = JSON.stringify(
    atWork.map((instanceId) => ({ instanceId, runtimeStatus: 'Running', lastUpdatedTime: LAST_PROGRESS })),
  );
  return {
    started,
    getStatusBy: async () => JSON.parse(statuses) as Awaited<ReturnType<DurableClient['getStatusBy']>>,
    async startNew(_, { instanceId = '' } = {}) {
      if (atWork.includes(instanceId)) throw new Error('The operation failed with an unexpected status code: 409.');
      started.push(instanceId);
      return instanceId;
    },
    async terminate() {},
  };
}

test('starts a story under the id of its thing', async () => {
  const durable = client({ atWork: [] });

  expect(await durableStories(durable).start('runGate', 'node')).toBe('started');

  expect(durable.started).toEqual(['gate-node']);
});

test('takes a story that is at work for running, since the start is refused', async () => {
  const durable = client({ atWork: ['gate-node'] });

  expect(await durableStories(durable).start('runGate', 'node')).toBe('running');
});

test('tells when a story last made progress, which the client answers as a text', async () => {
  const durable = client({ atWork: ['build-page', 'gate-node'] });

  expect(await durableStories(durable).running('runGate', 'node')).toEqual({ progressAt: Date.parse(LAST_PROGRESS) });
});

test('throws what the client throws when no such story is at work', async () => {
  const durable = { ...client({ atWork: [] }), startNew: () => Promise.reject(new Error('the hub is away')) };

  await expect(durableStories(durable).start('runGate', 'node')).rejects.toThrow('the hub is away');
});

test('says which instances failed since then, in one line each', async () => {
  const asked: unknown[] = [];
  const failure = (instanceId: string, lastUpdatedTime: string, output: string) => ({
    instanceId,
    lastUpdatedTime,
    output,
  });
  const failures = [
    failure('gate-node', '2026-03-04T05:00:01Z', 'Non-Deterministic workflow detected\n  at a place'),
    failure('build-page', '2026-03-04T04:59:59Z', 'long ago'),
  ];
  const durable: Client = {
    ...client({ atWork: [] }),
    async getStatusBy(filter) {
      asked.push(filter.runtimeStatus);
      return failures as unknown as Awaited<ReturnType<DurableClient['getStatusBy']>>;
    },
  };

  const failed = await durableStories(durable).failed(Date.parse('2026-03-04T05:00:00Z'));

  expect(failed).toEqual(['instance "gate-node" failed: Non-Deterministic workflow detected']);
  expect(asked).toEqual([['Failed']]);
});
