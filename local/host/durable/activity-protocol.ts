/** Runs one activity function of the app, and turns what it answers or throws into the event that its orchestration gets. */
import { z } from 'zod';
import type { FunctionApp } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import { jsonTextOf, typedInput } from '../app/typed-data.ts';
import { messageOf } from '../host-error.ts';
import { common, EventType, type TaskCompleted, type TaskFailed } from './history.ts';
import type { QueuedActivity } from './store.ts';

export type ActivityResult = TaskCompleted | TaskFailed;

export interface ActivityHost {
  app: FunctionApp;
  invoker: Invoker;
  now: () => number;
}

/** Never throws: whatever goes wrong with the function is a `TaskFailed`. */
export async function runActivity(
  activity: QueuedActivity,
  { app, invoker, now }: ActivityHost,
): Promise<ActivityResult> {
  // The extension wraps an activity's input in a list of one.
  const input: unknown = z.tuple([z.unknown()]).parse(JSON.parse(activity.input))[0];
  const trigger = typedInput(input);
  try {
    const fn = app.find(activity.name);
    if (fn?.trigger.type !== 'activityTrigger') throw new Error(`the app has no activity "${activity.name}"`);
    const answer = await invoker.invoke(fn.name, {
      trigger,
      metadata: { instanceId: { string: activity.instanceId }, [fn.trigger.bindingName]: trigger },
      subject: activity.instanceId,
    });
    return {
      ...common(now()),
      EventType: EventType.TaskCompleted,
      TaskScheduledId: activity.taskId,
      Result: jsonTextOf(answer),
    };
  } catch (error) {
    return failure(activity, messageOf(error), now());
  }
}

/** The texts that an app may match are those of the extension, down to the second space. */
function failure({ name, taskId }: QueuedActivity, message: string, atMs: number): TaskFailed {
  return {
    ...common(atMs),
    EventType: EventType.TaskFailed,
    TaskScheduledId: taskId,
    Reason: `Activity function '${name}' failed:  ${message}`,
    Details: JSON.stringify({
      $type: 'System.Exception, System.Private.CoreLib',
      ClassName: 'System.Exception',
      Message: ` ${message}`,
    }),
    FailureDetails: null,
  };
}
