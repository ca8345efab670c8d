/**
 * What one action means on the host's side: what it schedules, in which order, and when it is done.
 *
 * This mirrors DurableTask.Core and the extension on top of it, and has to: `durable-functions` counts ids on its own, and both sides
 * meet only in the history. A retry takes one id for each attempt and one for the timer after each failure, even after the last.
 */
import { CORE_TOOLS } from '../host-error.ts';
import type { Action, RetryOptions, SubOrchestratorCall } from './actions.ts';
import { DEFAULT_MAXIMUM_RETRY_MS, LONG_TIMER_LEG_MS, MAXIMUM_SHORT_TIMER_MS } from './limits.ts';
import { SyncTask, whenAll, whenAny } from './sync-task.ts';

export interface Scheduler {
  /** The orchestration's own time, epoch milliseconds. */
  now(): number;
  /** Throws for an activity that the app does not have. */
  scheduleActivity(name: string, input: unknown): SyncTask;
  /** Throws for an orchestrator that the app does not have, and for an instance id that cannot be. */
  scheduleSubOrchestration(call: SubOrchestratorCall): SyncTask;
  scheduleTimer(fireAtMs: number): SyncTask;
  /** Takes an id, as the timer did before it was cancelled, and waits for nothing. */
  skipTimer(fireAtMs: number): void;
  waitForEvent(name: string): SyncTask;
  continueAsNew(input: unknown): void;
}

export function performAction(action: Action, scheduler: Scheduler): SyncTask {
  switch (action.actionType) {
    case 0:
      return scheduler.scheduleActivity(action.functionName, action.input);
    case 1:
      return retry(action.retryOptions, scheduler, () => scheduler.scheduleActivity(action.functionName, action.input));
    case 2:
      return scheduler.scheduleSubOrchestration(action);
    case 3:
      return retry(action.retryOptions, scheduler, () => scheduler.scheduleSubOrchestration(action));
    case 4:
      scheduler.continueAsNew(action.input);
      return SyncTask.done();
    case 5:
      return timer(Date.parse(action.fireAt), action.isCanceled, scheduler);
    case 6:
      return scheduler.waitForEvent(action.externalEventName);
    case 11:
      return whenAny(action.compoundActions.map((child) => performAction(child, scheduler)));
    case 12:
      return whenAll(action.compoundActions.map((child) => performAction(child, scheduler)));
    case 'refused':
      throw new Error(`${action.name} is not supported by this local host; ${CORE_TOOLS}`);
  }
}

function timer(fireAtMs: number, isCanceled: boolean, scheduler: Scheduler): SyncTask {
  const isLong = fireAtMs - scheduler.now() > MAXIMUM_SHORT_TIMER_MS;
  if (isCanceled) {
    scheduler.skipTimer(isLong ? scheduler.now() + LONG_TIMER_LEG_MS : fireAtMs);
    return SyncTask.done();
  }
  if (!isLong) return scheduler.scheduleTimer(fireAtMs);

  const whole = new SyncTask();
  const leg = () => {
    const remainingMs = fireAtMs - scheduler.now();
    if (remainingMs <= 0) return whole.settle('succeeded');
    scheduler.scheduleTimer(scheduler.now() + Math.min(remainingMs, LONG_TIMER_LEG_MS)).onceSettled(leg);
  };
  leg();
  return whole;
}

function retry(options: RetryOptions, scheduler: Scheduler, call: () => SyncTask): SyncTask {
  const whole = new SyncTask();
  const firstAttemptAtMs = scheduler.now();
  const attempt = (number: number) => {
    const task = call();
    task.onceSettled(() => {
      if (task.state === 'succeeded') return whole.settle('succeeded');
      if (number >= options.maxNumberOfAttempts) {
        // DurableTask.Core keeps this timer, which fires at once, for the sake of old histories; the library counts on it.
        return scheduler.scheduleTimer(scheduler.now()).onceSettled(() => whole.settle('failed'));
      }
      const { retryTimeoutInMilliseconds: timeoutMs } = options;
      if (timeoutMs !== undefined && scheduler.now() >= firstAttemptAtMs + timeoutMs) return whole.settle('failed');
      scheduler.scheduleTimer(scheduler.now() + delayMs(options, number)).onceSettled(() => attempt(number + 1));
    });
  };
  attempt(1);
  return whole;
}

const delayMs = (options: RetryOptions, failures: number): number =>
  Math.min(
    options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (failures - 1),
    options.maxRetryIntervalInMilliseconds ?? DEFAULT_MAXIMUM_RETRY_MS,
  );
