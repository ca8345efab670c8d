/**
 * Events that were given up: listed for a person, and written as blobs where their subscription says so.
 *
 * A blob that cannot be written, because its container is missing or the topic's identity has no role there, is tried again for the time
 * that Event Grid does; after that it is in the list only.
 */
import type { World } from '../world.ts';
import type { Queued } from './queued.ts';
import { DEAD_LETTER_RETRIED_FOR_MS, DEAD_LETTER_RETRY_EVERY_MS } from './limits.ts';

export interface DeadLetter extends Queued {
  reason: string;
  /** Epoch milliseconds. */
  givenUpAt: number;
  blob?: DeadLetterBlob;
}

export interface DeadLetterBlob {
  /** Resource id of the storage account. */
  account: string;
  container: string;
  name: string;
  /** Object id of the identity that writes it; without one, Event Grid does. */
  writer?: string;
  state: 'waiting' | 'written' | 'dropped';
}

/** Throws for any reason. */
export type WriteBlob = (blob: DeadLetterBlob, text: string) => Promise<void>;

export type DeadLetters = ReturnType<typeof createDeadLetters>;

interface Dependencies {
  world: Pick<World, 'clock' | 'log' | 'store'>;
  writeBlob: WriteBlob;
}

export function createDeadLetters({ world, writeBlob }: Dependencies) {
  const { clock, log, store } = world;
  const kept = store.collection<DeadLetter>('events.deadletters');
  const timers = new Map<string, () => void>();
  const underWay = new Set<Promise<void>>();
  let isOpen = false;

  const write = async (key: string): Promise<void> => {
    const letter = kept.get(key);
    if (letter?.blob?.state !== 'waiting') return;
    const { blob } = letter;
    const where = `${blob.container}/${blob.name}`;
    try {
      await writeBlob(blob, JSON.stringify([asAzureWritesIt(letter)]));
      kept.put(key, { ...letter, blob: { ...blob, state: 'written' } });
    } catch (error) {
      const problem = `dead letter ${where} could not be written: ${error instanceof Error ? error.message : String(error)}`;
      const isLast = clock.now() + DEAD_LETTER_RETRY_EVERY_MS > letter.givenUpAt + DEAD_LETTER_RETRIED_FOR_MS;
      log('events', `${problem}; ${isLast ? 'it is dropped' : `again in ${DEAD_LETTER_RETRY_EVERY_MS / 1000} s`}`);
      if (isLast) kept.put(key, { ...letter, blob: { ...blob, state: 'dropped' } });
      else schedule(key, DEAD_LETTER_RETRY_EVERY_MS);
    }
  };
  const schedule = (key: string, afterMs: number): void => {
    if (!isOpen) return;
    const due = () => {
      timers.delete(key);
      const work = write(key).finally(() => underWay.delete(work));
      underWay.add(work);
    };
    timers.set(key, clock.after(afterMs, due));
  };

  return {
    /** Writes the list only: call `wake` once the transaction is through. */
    add: (key: string, letter: DeadLetter): void => kept.put(key, letter),
    wake: (key: string): void => schedule(key, 0),
    list: (): DeadLetter[] => kept.entries().map(({ value }) => value),

    start(): void {
      isOpen = true;
      for (const { key, value } of kept.entries()) if (value.blob?.state === 'waiting') schedule(key, 0);
    },

    /** What is being written is written. */
    async stop(): Promise<void> {
      isOpen = false;
      for (const cancel of timers.values()) cancel();
      timers.clear();
      await Promise.all(underWay);
    },
  };
}

/** https://learn.microsoft.com/azure/event-grid/manage-event-delivery#dead-letter-event-locations */
export const asAzureWritesIt = (letter: DeadLetter): object => ({
  ...letter.published.event,
  deadLetterReason: letter.reason,
  deliveryAttempts: letter.attempts,
  lastDeliveryOutcome: letter.lastOutcome,
  publishTime: iso(letter.publishedAt),
  lastDeliveryAttemptTime: letter.lastAttemptAt === undefined ? undefined : iso(letter.lastAttemptAt),
});

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
