import { expect, test } from 'vitest';
import { virtualClock } from '../../../../local/clock.ts';
import { createDeadLetters, type DeadLetterBlob } from '../../../../local/cloud/events/dead-letters.ts';
import { createDelivery } from '../../../../local/cloud/events/delivery.ts';
import type { Queued } from '../../../../local/cloud/events/queued.ts';
import type { Subscription } from '../../../../local/cloud/events/subscription.ts';
import type { WebhookAnswer, WebhookRequest } from '../../../../local/cloud/events/webhook.ts';
import { openStore, type Store } from '../../../../local/cloud/store.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;

const subscription: Subscription = {
  id: '/s/providers/Microsoft.EventGrid/eventSubscriptions/gated',
  name: 'gated',
  topic: '/s',
  state: 'Succeeded',
  validation: { code: 'c', operation: 'o', startedAt: START },
  definition: {
    destination: {
      endpointType: 'WebHook',
      properties: { endpointUrl: 'http://localhost/hook', maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 },
    },
    filter: { subjectBeginsWith: '', subjectEndsWith: '', isSubjectCaseSensitive: false },
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
    eventDeliverySchema: 'EventGridSchema',
  },
};

/** A delivery whose endpoint answers what `answer` says, at a time that the test moves. */
function prepare(options: {
  answer: (request: WebhookRequest) => Promise<WebhookAnswer>;
  subscription?: Subscription;
  store?: Store;
  /** Whether the blob of a dead letter can be written now. */
  canWriteBlob?: () => boolean;
}) {
  const clock = virtualClock(START);
  const store = options.store ?? openStore(':memory:');
  const sentAfterMs: number[] = [];
  const world = { clock, store, log: () => undefined };
  const blobs: (DeadLetterBlob & { text: string; afterMs: number })[] = [];
  const deadLetters = createDeadLetters({
    world,
    writeBlob: async (blob, text) => {
      if (options.canWriteBlob?.() === false) throw new Error('the container is not there');
      blobs.push({ ...blob, text, afterMs: clock.now() - START });
    },
  });
  const delivery = createDelivery({
    world,
    systemTopics: { withId: () => undefined },
    addressOf: () => 'http://localhost/hook',
    deadLetters,
    subscriptions: { get: () => options.subscription ?? subscription },
    send: (request) => {
      sentAfterMs.push(clock.now() - START);
      return options.answer(request);
    },
  });
  deadLetters.start();
  delivery.start();
  /** Everything that is due by then, and what follows from it. */
  const passes = async (ms: number): Promise<void> => {
    const untilMs = clock.now() + ms;
    clock.advance(0);
    await settled();
    while (clock.now() < untilMs) {
      clock.advance(Math.min(untilMs - clock.now(), 10_000));
      await settled();
    }
  };
  return { clock, store, delivery, deadLetters, blobs, sentAfterMs, passes };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const answered = (status: number) => (): Promise<WebhookAnswer> =>
  Promise.resolve({ kind: 'answered', status, headers: {}, body: '' });

const queued = (subject: string): Queued => ({
  subscription: '/s|gated',
  published: {
    schema: 'EventGridSchema',
    event: {
      id: subject,
      topic: '/s',
      subject,
      eventType: 'ImagePushed',
      eventTime: '2026-09-01T10:00:00Z',
      data: {},
      dataVersion: '2.0',
      metadataVersion: '1',
    },
  },
  publishedAt: START,
  dueAt: START,
  attempts: 0,
});

test('tries an unreachable endpoint by the schedule', async () => {
  const { delivery, passes, sentAfterMs } = prepare({
    answer: () => Promise.resolve({ kind: 'unreachable', reason: 'connection refused' }),
  });

  delivery.wake([delivery.add('1', queued('node:15'))]);
  await passes(20 * MINUTE);

  expect(sentAfterMs).toEqual([0, 10_000, 40_000, 100_000, 400_000, 1_000_000]);
  expect(delivery.queued()).toMatchObject([{ attempts: 6, lastOutcome: 'connection refused' }]);
});

test('gives an event up at the end of its time to live, without one more attempt', async () => {
  const { delivery, deadLetters, passes, sentAfterMs } = prepare({
    answer: answered(500),
    subscription: {
      ...subscription,
      definition: {
        ...subscription.definition,
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 3 },
      },
    },
  });

  delivery.wake([delivery.add('1', queued('node:15'))]);
  await passes(10 * MINUTE);

  expect(sentAfterMs).toEqual([0, 10_000, 40_000, 100_000]);
  expect(delivery.queued()).toEqual([]);
  expect(deadLetters.list()).toMatchObject([
    { reason: 'TimeToLiveExceeded', attempts: 4, givenUpAt: START + 3 * MINUTE },
  ]);
});

test('goes on with what a killed cloud had queued, and delivers again what was under way', async () => {
  const neverAnswers = (): Promise<WebhookAnswer> => new Promise(() => undefined);
  const killed = prepare({ answer: neverAnswers });
  killed.delivery.wake([killed.delivery.add('1', queued('node:15')), killed.delivery.add('2', queued('node:16'))]);
  await killed.passes(0);

  const { delivery, deadLetters, passes, sentAfterMs } = prepare({ answer: answered(202), store: killed.store });
  await passes(0);

  expect(killed.sentAfterMs).toEqual([0, 0]);
  expect(sentAfterMs).toEqual([0, 0]);
  expect(delivery.queued()).toEqual([]);
  expect(deadLetters.list()).toEqual([]);
});

test('has at most 16 requests to one subscription under way', async () => {
  const waiting: (() => void)[] = [];
  const { delivery, passes, sentAfterMs } = prepare({
    answer: () =>
      new Promise((resolve) => waiting.push(() => resolve({ kind: 'answered', status: 200, headers: {}, body: '' }))),
  });

  delivery.wake(Array.from({ length: 20 }, (_, index) => delivery.add(String(index), queued(`node:${index}`))));
  await passes(0);
  const atOnce = sentAfterMs.length;
  waiting[0]?.();
  await passes(0);

  expect(atOnce).toBe(16);
  expect(sentAfterMs).toHaveLength(17);
});

test('drops what was queued for a subscription that is deleted', async () => {
  const { delivery, deadLetters, passes, sentAfterMs } = prepare({ answer: answered(500) });
  delivery.wake([delivery.add('1', queued('node:15'))]);
  await passes(0);

  delivery.forget('/s|gated');
  await passes(MINUTE);

  expect(sentAfterMs).toEqual([0]);
  expect(delivery.queued()).toEqual([]);
  expect(deadLetters.list()).toEqual([]);
});

const withBlobs: Subscription = {
  ...subscription,
  definition: {
    ...subscription.definition,
    deadLetterDestination: {
      endpointType: 'StorageBlob',
      properties: { resourceId: '/account', blobContainerName: 'letters' },
    },
  },
};

test('writes what it gave up as a blob, once its container is there', async () => {
  let isThere = false;
  const { delivery, deadLetters, blobs, passes } = prepare({
    answer: answered(400),
    subscription: withBlobs,
    canWriteBlob: () => isThere,
  });

  delivery.wake([delivery.add('1', queued('node:15'))]);
  await passes(0);
  await passes(0);
  const before = deadLetters.list().map(({ blob }) => blob?.state);
  isThere = true;
  await passes(MINUTE);

  expect(before).toEqual(['waiting']);
  expect(blobs).toMatchObject([{ container: 'letters', afterMs: MINUTE }]);
  expect(blobs[0]?.name).toMatch(/^s\/GATED\/2023\/11\/14\/22\/[0-9a-f-]{36}\.json$/);
  expect(JSON.parse(blobs[0]?.text ?? '')).toMatchObject([
    { subject: 'node:15', deadLetterReason: 'NotRetried', deliveryAttempts: 1, lastDeliveryOutcome: 'status 400' },
  ]);
  expect(deadLetters.list().map(({ blob }) => blob?.state)).toEqual(['written']);
});

test('drops a dead letter that cannot be written for four hours, and keeps it in the list', async () => {
  const { delivery, deadLetters, blobs, passes } = prepare({
    answer: answered(400),
    subscription: withBlobs,
    canWriteBlob: () => false,
  });

  delivery.wake([delivery.add('1', queued('node:15'))]);
  await passes(3.9 * 60 * MINUTE);
  const before = deadLetters.list().map(({ blob }) => blob?.state);
  await passes(10 * MINUTE);

  expect(before).toEqual(['waiting']);
  expect(deadLetters.list()).toMatchObject([{ reason: 'NotRetried', blob: { state: 'dropped' } }]);
  expect(blobs).toEqual([]);
});

test('writes a dead letter that a killed cloud had not written', async () => {
  const killed = prepare({ answer: answered(400), subscription: withBlobs, canWriteBlob: () => false });
  killed.delivery.wake([killed.delivery.add('1', queued('node:15'))]);
  await killed.passes(0);

  const { blobs, passes } = prepare({ answer: answered(400), subscription: withBlobs, store: killed.store });
  await passes(0);

  expect(blobs).toMatchObject([{ container: 'letters' }]);
});
