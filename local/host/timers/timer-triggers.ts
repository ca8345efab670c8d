/**
 * Runs the timer functions of an app. A timer never overlaps itself: the next occurrence is the first one after a run has ended.
 *
 * With `useMonitor` (the default) and at least a minute between occurrences, when it is due is written down; if that moment passed while
 * the host was down, or in the middle of a run that was killed, the function runs once at the start, with `isPastDue`.
 */
import { z } from 'zod';
import type { FunctionApp, RegisteredFunction } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import { resolveSettings } from '../app/settings.ts';
import type { Clock } from '../../clock.ts';
import { parseSchedule } from './ncrontab.ts';
import { timerInfo } from './timer-info.ts';
import type { TimerStore } from './timer-store.ts';

const options = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

/** "Timer trigger for Azure Functions": schedules that occur more often are not monitored. */
const SHORTEST_MONITORED_MS = 60_000;

export interface TimerHost {
  app: FunctionApp;
  invoker: Invoker;
  clock: Clock;
  store: TimerStore;
}

/** Reads every schedule at once, so that one that is not supported stops the start. Answers what starts them, which answers what stops them. */
export function timerTriggers(host: TimerHost): () => () => void {
  const timers = host.app.triggeredBy('timerTrigger').map((fn) => prepare(fn, host));
  return () => {
    const stops = timers.map((start) => start());
    return () => stops.forEach((stop) => stop());
  };
}

function prepare(fn: RegisteredFunction, { invoker, clock, store }: TimerHost): () => () => void {
  const { name } = fn;
  const { schedule: template, runOnStartup, useMonitor } = options.parse(fn.trigger.binding);
  const text = resolveSettings(template, `the schedule of function "${name}"`);
  const schedule = parseSchedule(text);
  const first = schedule.next(clock.now());
  const isMonitored = useMonitor && schedule.next(first) - first >= SHORTEST_MONITORED_MS;
  let cancel = () => {};
  let isStopped = false;

  const remembered = () => {
    const status = isMonitored ? store.read(name) : undefined;
    return status?.schedule === text ? status : undefined;
  };
  const setNext = (lastAtMs: number | null) => {
    const nextAtMs = schedule.next(clock.now());
    if (isMonitored) store.write(name, { schedule: text, lastAtMs, nextAtMs, updatedAtMs: clock.now() });
    if (isStopped) return;
    cancel = clock.after(nextAtMs - clock.now(), () => void run({ isPastDue: false }));
  };
  const run = async ({ isPastDue }: { isPastDue: boolean }) => {
    const startedAtMs = clock.now();
    const status = remembered();
    try {
      await invoker.invoke(name, { trigger: timerInfo({ isPastDue, ...(status ? { status } : {}) }) });
    } catch {
      // The invoker has logged it. A timer that failed is not run again before its next occurrence.
    }
    setNext(startedAtMs);
  };

  return () => {
    const status = remembered();
    const isPastDue = status !== undefined && status.nextAtMs <= clock.now();
    if (isPastDue || runOnStartup) void run({ isPastDue });
    else setNext(status?.lastAtMs ?? null);
    return () => {
      isStopped = true;
      cancel();
    };
  };
}
