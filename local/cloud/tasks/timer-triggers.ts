/**
 * Starts tasks by the clock. Each occurrence of a schedule starts one run, over crashes and restarts too: the occurrence is written down in
 * the transaction that stores its run.
 *
 * What was missed while the cloud did not run is made up for by one run, for the newest of it.
 */
import type { World } from '../world.ts';
import { latestOccurrence, parseSchedule } from './cron.ts';
import { taskKey, type Records, type TaskRecord } from './records.ts';
import type { TimerTrigger } from './trigger-schemas.ts';
import { triggeredRun } from './triggered-run.ts';

export interface TimerTriggers {
  start(): void;
  stop(): void;
  /** To be called when a task is stored: a timer that is new, changed or enabled again counts from now. */
  follow(task: TaskRecord): void;
  forget(key: string): void;
}

const MINUTE_MS = 60_000;

export function createTimerTriggers(options: {
  world: Pick<World, 'clock' | 'store' | 'log'>;
  records: Records;
  onRun: () => void;
}): TimerTriggers {
  const { world, records, onRun } = options;
  const { clock, store } = world;
  let cancelTimer: () => void = () => {};

  const fire = (): void => {
    const now = clock.now();
    for (const { value: task } of records.tasks.entries()) {
      for (const trigger of enabledTimers(task)) fireOne(task, trigger, now);
    }
  };

  const fireOne = (task: TaskRecord, trigger: TimerTrigger, now: number): void => {
    const key = timerKey(task, trigger);
    const { lastMs } = records.occurrences.get(key) ?? { lastMs: now };
    const due = latestOccurrence(parseSchedule(trigger.schedule), { afterMs: lastMs, untilMs: now });
    if (due === undefined) return;
    const timerTrigger = { timerTriggerName: trigger.name, scheduleOccurrence: new Date(due).toISOString() };
    const run = store.transaction(() => {
      records.occurrences.put(key, { schedule: trigger.schedule, lastMs: due });
      return records.addRun(triggeredRun(task, { timerTrigger }), new Date(now).toISOString());
    });
    world.log('tasks', `${key}: run ${run.runId} for ${timerTrigger.scheduleOccurrence}`);
    onRun();
  };

  const again = (): void => {
    // A timer of the machine may come a moment early: then it is set once more, for the rest.
    cancelTimer = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      fire();
      again();
    });
  };

  return {
    start() {
      fire();
      again();
    },
    stop: () => cancelTimer(),
    follow(task) {
      const enabled = new Map(enabledTimers(task).map((trigger) => [timerKey(task, trigger), trigger.schedule]));
      const known = records.occurrences.entries(`${taskKey(task.registry, task.name)}/`);
      for (const { key } of known) if (!enabled.has(key)) records.occurrences.delete(key);
      for (const [key, schedule] of enabled) {
        const isKnown = records.occurrences.get(key)?.schedule === schedule;
        if (!isKnown) records.occurrences.put(key, { schedule, lastMs: clock.now() });
      }
    },
    forget(key) {
      for (const known of records.occurrences.entries(`${key}/`)) records.occurrences.delete(known.key);
    },
  };
}

function enabledTimers({ resource: { properties } }: TaskRecord): TimerTrigger[] {
  if (properties.status !== 'Enabled') return [];
  return (properties.trigger?.timerTriggers ?? []).filter(({ status }) => status === 'Enabled');
}

const timerKey = ({ registry, name }: TaskRecord, trigger: TimerTrigger): string =>
  `${taskKey(registry, name)}/${trigger.name.toLowerCase()}`;
