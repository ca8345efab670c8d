/**
 * Delivers what is queued: at least once, in no order, each subscription on its own, with the retries of `retry.ts`.
 *
 * The queue is in the store. An event leaves it when its endpoint took it or when it is given up; a cloud that is killed in between
 * delivers it again.
 */
import type { World } from '../world.ts';
import { blobFor } from './dead-letter-blob.ts';
import type { DeadLetters } from './dead-letters.ts';
import { CONCURRENT_DELIVERIES, NOT_RETRIED_STATUS } from './limits.ts';
import { notification, outcome, said } from './notification.ts';
import type { Queued } from './queued.ts';
import { afterAttempt } from './retry.ts';
import { inForce, type Definition, type Subscription } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { SystemTopics } from './system-topics.ts';
import type { Send } from './webhook.ts';

interface Lane {
  ready: string[];
  inFlight: number;
}

export type Delivery = ReturnType<typeof createDelivery>;

interface Dependencies {
  world: Pick<World, 'clock' | 'log' | 'store'>;
  subscriptions: Pick<Subscriptions, 'get'>;
  systemTopics: Pick<SystemTopics, 'withId'>;
  deadLetters: Pick<DeadLetters, 'add' | 'wake'>;
  send: Send;
  /** `undefined`: it is sent nowhere. */
  addressOf: (definition: Definition) => string | undefined;
}

export function createDelivery(dependencies: Dependencies) {
  const { world, subscriptions, systemTopics, deadLetters, send, addressOf } = dependencies;
  const { clock, log, store } = world;
  const queue = store.collection<Queued>('events.queue');
  const timers = new Map<string, () => void>();
  const lanes = new Map<string, Lane>();
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let started = false;

  const laneOf = (subscription: string): Lane => {
    const lane = lanes.get(subscription) ?? { ready: [], inFlight: 0 };
    lanes.set(subscription, lane);
    return lane;
  };

  const schedule = (key: string, { subscription, dueAt }: Queued): void => {
    if (!started || stopping.signal.aborted) return;
    const due = () => {
      timers.delete(key);
      laneOf(subscription).ready.push(key);
      fill(laneOf(subscription));
    };
    timers.set(key, clock.after(dueAt - clock.now(), due));
  };

  const fill = (lane: Lane): void => {
    while (lane.inFlight < CONCURRENT_DELIVERIES && !stopping.signal.aborted) {
      const key = lane.ready.shift();
      if (key === undefined) return;
      lane.inFlight++;
      const done = attempt(key)
        .catch((error: unknown) => log('events', `delivery ${key} waits for the next start: ${String(error)}`))
        .finally(() => {
          underWay.delete(done);
          lane.inFlight--;
          fill(lane);
        });
      underWay.add(done);
    }
  };

  const attempt = async (key: string): Promise<void> => {
    const queued = queue.get(key);
    const subscription = queued && subscriptions.get(queued.subscription);
    const definition = subscription && inForce(subscription);
    const url = definition && addressOf(definition);
    if (!definition || url === undefined) return void queue.delete(key);
    const expiresAt = queued.publishedAt + definition.retryPolicy.eventTimeToLiveInMinutes * 60_000;
    if (clock.now() >= expiresAt) return giveUp(key, queued, 'TimeToLiveExceeded', { subscription, definition });

    const answer = await send({
      ...notification({ name: subscription.name, url }, definition, queued),
      signal: stopping.signal,
    });
    if (answer.kind === 'cancelled' || !queue.get(key)) return;

    const tried: Queued = {
      ...queued,
      attempts: queued.attempts + 1,
      lastAttemptAt: clock.now(),
      lastOutcome: outcome(answer),
    };
    const next = afterAttempt({
      status: answer.kind === 'answered' ? answer.status : undefined,
      attempts: tried.attempts,
      at: clock.now(),
      expiresAt,
      maxAttempts: definition.retryPolicy.maxDeliveryAttempts,
      notRetried: NOT_RETRIED_STATUS[definition.destination.endpointType],
    });
    switch (next.kind) {
      case 'delivered':
        queue.delete(key);
        return log('events', `delivered ${said(tried)} to ${subscription.name}`);
      case 'dead-letter':
        return giveUp(key, tried, next.reason, { subscription, definition });
      case 'retry': {
        const again = { ...tried, dueAt: next.at };
        queue.put(key, again);
        schedule(key, again);
        const seconds = Math.round((next.at - clock.now()) / 1000);
        return log(
          'events',
          `${subscription.name} did not take ${said(tried)}: ${tried.lastOutcome}; again in ${seconds} s`,
        );
      }
    }
  };

  const giveUp = (
    key: string,
    queued: Queued,
    reason: string,
    of: { subscription: Subscription; definition: Definition },
  ): void => {
    const at = clock.now();
    const blob = blobFor({ key, ...of, systemTopics, at });
    store.transaction(() => {
      queue.delete(key);
      deadLetters.add(key, { ...queued, reason, givenUpAt: at, ...(blob ? { blob } : {}) });
    });
    deadLetters.wake(key);
    log('events', `gave up ${said(queued)}: ${reason}, last outcome ${queued.lastOutcome ?? 'none'}`);
  };

  return {
    /** Writes only: call `wake` with the answer once the transaction is through. */
    add(sequence: string, queued: Queued): string {
      const key = `${queued.subscription}|${sequence}`;
      queue.put(key, queued);
      return key;
    },

    wake(keys: string[]): void {
      for (const key of keys) {
        const queued = queue.get(key);
        if (queued) schedule(key, queued);
      }
    },

    /** The subscription is gone, and its events with it. */
    forget(subscription: string): void {
      for (const { key } of queue.entries(`${subscription}|`)) {
        timers.get(key)?.();
        timers.delete(key);
        queue.delete(key);
      }
    },

    queued: (): Queued[] => queue.entries().map(({ value }) => value),

    start(): void {
      started = true;
      for (const { key, value } of queue.entries()) schedule(key, value);
    },

    async stop(): Promise<void> {
      stopping.abort();
      for (const cancel of timers.values()) cancel();
      timers.clear();
      await Promise.allSettled(underWay);
    },
  };
}
