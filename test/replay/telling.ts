/**
 * Tells a story without a host: what it yields is what it wants, and the teller decides when that happens and what is answered.
 *
 * Nothing is replayed, so this proves nothing about determinism; it is for what has to hold a thousand times over.
 */
import type { OrchestrationContext, RetryOptions } from 'durable-functions';
import type { StoryName } from '../../functions/activities/activity.ts';
import { stories } from '../../orchestrations/stories.ts';

export type WantedActivity = { kind: 'activity'; name: string; request: unknown; retry: RetryOptions };

export type Wanted = WantedActivity | { kind: 'all'; tasks: WantedActivity[] } | { kind: 'timer'; at: number };

export type Telling = Generator<Wanted, unknown, unknown>;

export interface Teller {
  /** Epoch milliseconds, as the story sees them. */
  now(): number;
  continueAsNew(input: unknown): void;
}

export const inputOf = (name: StoryName, thing: string): unknown =>
  ({ runGate: { gate: thing }, buildImage: { image: thing }, rollOut: { of: thing }, sweep: {} })[name];

export function tell(name: StoryName, input: unknown, { now, continueAsNew }: Teller): Telling {
  const df = {
    getInput: () => input,
    get currentUtcDateTime() {
      return new Date(now());
    },
    setCustomStatus: () => {},
    continueAsNew,
    callActivityWithRetry: (activity: string, retry: RetryOptions, request: unknown): Wanted => ({
      kind: 'activity',
      name: activity,
      request,
      retry,
    }),
    createTimer: (at: Date): Wanted => ({ kind: 'timer', at: at.getTime() }),
    Task: { all: (tasks: WantedActivity[]): Wanted => ({ kind: 'all', tasks }) },
  };
  return stories[name]({ df } as unknown as OrchestrationContext) as unknown as Telling;
}

/** As through the host: what is asked and what is answered are JSON. */
export const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? {}));
