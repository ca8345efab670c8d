/**
 * Takes published events: into the queue of every subscription that wants them, and into the list that a person can look at. All of one
 * request is on disk, or none of it, before the publisher gets its answer.
 */
import { randomShare } from '../faults/strike.ts';
import type { World } from '../world.ts';
import type { Delivery } from './delivery.ts';
import type { Published } from './event.ts';
import { PUBLISHED_KEPT, SHUFFLE_WITHIN_MS } from './limits.ts';
import { said } from './notification.ts';
import { inForce, takes, type Subscription } from './subscription.ts';
import { keyOf, type Subscriptions } from './subscriptions.ts';

/** Not Azure's: Event Grid promises neither order nor single delivery nor, past its last attempt, delivery, and seldom shows it. This shows it on demand. */
export interface Disturbance {
  /** Times each event is delivered to each subscription; 0: never. */
  copies: number;
  /** First attempts wait a random while, so that events overtake each other. */
  shuffle: boolean;
  /** Share of events, from 0 to 1, that a subscription never gets: no copy of them, and no dead letter. */
  loseShare: number;
  /** Every first attempt waits that long, and what `shuffle` adds. */
  delayMs: number;
  /** The same seed has the same events lost, and the same waits, as long as they are published in the same order. */
  seed?: number | undefined;
}

export const UNDISTURBED: Disturbance = { copies: 1, shuffle: false, loseShare: 0, delayMs: 0 };

export interface Kept {
  /** Epoch milliseconds. */
  publishedAt: number;
  published: Published;
}

export type Publisher = ReturnType<typeof createPublisher>;

interface Dependencies {
  world: World;
  subscriptions: Subscriptions;
  delivery: Delivery;
}

export function createPublisher({ world, subscriptions, delivery }: Dependencies) {
  const { store, clock, log } = world;
  const settings = store.collection<Disturbance>('events.settings');
  const kept = store.collection<Kept>('events.published');
  const sequences = store.collection<number>('events.sequences');

  const nextSequence = (of: string): number => {
    const next = (sequences.get(of) ?? 0) + 1;
    sequences.put(of, next);
    return next;
  };
  const disturbance = (): Disturbance => ({ ...UNDISTURBED, ...settings.get('delivery') });

  const remember = (topic: string, published: Published): void => {
    const sequence = nextSequence(topic);
    kept.put(sorted(topic, sequence), { publishedAt: clock.now(), published });
    kept.delete(sorted(topic, sequence - PUBLISHED_KEPT));
  };

  const queueFor = (subscription: Subscription, published: Published): string[] => {
    const definition = inForce(subscription);
    if (!definition || !takes(definition, published)) return [];
    const { copies, shuffle, loseShare, delayMs, seed } = disturbance();
    const chance = () =>
      seed === undefined ? Math.random() : randomShare({ seed, rule: 0, before: nextSequence('chances') });
    if (chance() < loseShare) {
      log('events', `lost on purpose: ${said({ published })} for ${subscription.name}`);
      return [];
    }
    return Array.from({ length: copies }, () =>
      delivery.add(String(nextSequence('queue')).padStart(12, '0'), {
        subscription: keyOf(subscription),
        published,
        publishedAt: clock.now(),
        dueAt: clock.now() + delayMs + (shuffle ? Math.floor(chance() * SHUFFLE_WITHIN_MS) : 0),
        attempts: 0,
      }),
    );
  };

  return {
    publish(topicId: string, events: Published[]): void {
      const topic = topicId.toLowerCase();
      const queued = store.transaction(() =>
        events.flatMap((published) => {
          remember(topic, published);
          return subscriptions.of(topic).flatMap((subscription) => queueFor(subscription, published));
        }),
      );
      delivery.wake(queued);
    },

    /** Oldest first; of one topic, or of all. */
    published: (topicId?: string): Kept[] =>
      kept.entries(topicId ? `${topicId.toLowerCase()}|` : '').map(({ value }) => value),

    disturbance,
    disturb(wanted: Disturbance): void {
      settings.put('delivery', wanted);
      sequences.delete('chances');
    },
  };
}

const sorted = (topic: string, sequence: number): string => `${topic}|${String(sequence).padStart(12, '0')}`;
