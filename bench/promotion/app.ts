/**
 * The app in this process, put together as `functions/index.ts` does it: the real stories and activities on the durable engine of the local
 * host, and a clock on which no timer waits.
 *
 * Left out: the HTTP API, and the HTTP between a function and its Durable client, which is a call here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as df from 'durable-functions';
import type { DurableClient, DurableOrchestrationStatus } from 'durable-functions';
import { activities } from '../../functions/activities/activities.ts';
import type { Surroundings } from '../../functions/activities/activity.ts';
import { durableStories } from '../../functions/stories.ts';
import { onImagePushed } from '../../functions/triggers/on-image-pushed.ts';
import { virtualClock } from '../../local/clock.ts';
import { installShim } from '../../local/host/app/shim.ts';
import { createDurable } from '../../local/host/create-durable.ts';
import type { Durable } from '../../local/host/durable/durable.ts';
import { stories } from '../../orchestrations/stories.ts';

export interface App {
  /**
   * Hands these events to the trigger at once, and lets everything that follows happen, timers without waiting for them. Answers the
   * milliseconds it took.
   */
  handle(events: object[]): Promise<number>;
  close(): Promise<void>;
}

/** Where the history of the stories is: in memory, or in a file, where each step of a story waits for the disk. */
export type TaskHub = 'memory' | 'file';

export function openApp(world: Surroundings, { taskHub }: { taskHub: TaskHub }): App {
  installShim().newApp();
  for (const [name, story] of Object.entries(stories)) df.app.orchestration(name, story);
  for (const [name, activity] of Object.entries(activities(world))) {
    df.app.activity(name, { handler: (request) => activity(request, started) });
  }
  const folder = mkdtempSync(join(tmpdir(), 'bench-promotion-'));
  const clock = virtualClock(Date.now());
  const durable = createDurable({
    clock,
    database: taskHub === 'file' ? join(folder, 'host.sqlite') : ':memory:',
    log: () => {},
  });
  const started = durableStories(clientOf(durable));
  const log = { log: () => {}, warn: (text: string) => void console.error(text) };

  return {
    async handle(events) {
      const startedAt = performance.now();
      await Promise.all(events.map((event) => onImagePushed(world, event, started, log)));
      do await durable.settle();
      while (atWork(durable).length > 0 && clock.advanceToNext());
      const elapsedMs = performance.now() - startedAt;
      const failed = durable.list({}).find(({ runtimeStatus }) => runtimeStatus !== 'Completed');
      if (failed) throw new Error(`${failed.instanceId} is ${failed.runtimeStatus}: ${String(failed.output)}`);
      return elapsedMs;
    },
    async close() {
      await durable.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

const atWork = (durable: Durable) =>
  durable.list({}).filter(({ runtimeStatus }) => runtimeStatus === 'Pending' || runtimeStatus === 'Running');

/** What the stories' starter asks of a Durable client, without the HTTP between them. */
const clientOf = (durable: Durable): Pick<DurableClient, 'getStatusBy' | 'startNew' | 'terminate'> => ({
  startNew: async (name, { instanceId, input } = {}) => durable.start(name, instanceId, input),
  terminate: async (instanceId, reason) => void durable.terminate(instanceId, reason),
  getStatusBy: async () =>
    atWork(durable).map(({ instanceId, updatedAtMs }) => {
      const status: Partial<DurableOrchestrationStatus> = { instanceId, lastUpdatedTime: new Date(updatedAtMs) };
      return status as DurableOrchestrationStatus;
    }),
});
