/** Things that work here and do not under Azure, or hang there without a word. Said loudly, while they are cheap to mend. */
import type { Action } from './actions.ts';
import { MAXIMUM_CUSTOM_STATUS_BYTES } from './limits.ts';
import type { Replay } from './replayer.ts';

/** The library turns every property of this name in an orchestration's input into a `Date`. */
export function inputTraps(input: unknown): string[] {
  return hasTimestamp(input) ? ['a property "Timestamp" in its input reaches the orchestration as a Date'] : [];
}

export function episodeTraps(actions: readonly Action[], replay: Replay, customStatus: string | null): string[] {
  return [
    ...actions.flatMap(actionTraps),
    ...eventTraps(replay),
    ...endlessTraps(actions, replay),
    ...(customStatus !== null && Buffer.byteLength(customStatus, 'utf16le') > MAXIMUM_CUSTOM_STATUS_BYTES
      ? ['its custom status is larger than 16 KB, which the Durable Functions extension refuses']
      : []),
  ];
}

function actionTraps(action: Action): string[] {
  if (action.actionType === 11 || action.actionType === 12) return action.compoundActions.flatMap(actionTraps);
  const isRetried = action.actionType === 1 || action.actionType === 3;
  return [
    ...((action.actionType === 0 || action.actionType === 1) && typeof action.input === 'boolean'
      ? [`activity "${action.functionName}" gets a boolean, which arrives as "True" or "False"`]
      : []),
    ...(action.actionType === 2 || action.actionType === 3
      ? inputTraps(action.input).map((trap) => `sub-orchestration "${action.functionName}": ${trap}`)
      : []),
    ...(isRetried && action.retryOptions.retryTimeoutInMilliseconds !== undefined
      ? [`"${action.functionName}" has a retryTimeoutInMilliseconds; when it passes, the orchestration hangs`]
      : []),
  ];
}

/** .NET compares event names without regard to case and the library does not, so such an event is lost under Azure. */
function eventTraps({ unmatchedEvents: { buffered, awaited } }: Replay): string[] {
  return buffered.flatMap((name) => {
    const meant = awaited.find((one) => one.toLowerCase() === name.toLowerCase());
    return meant ? [`event "${name}" was raised while it waits for "${meant}": names must agree in case`] : [];
  });
}

/**
 * A cancelled timer counts as done from the start, so on the host's side its race is over before the event that won it comes, and
 * `continueAsNew` finds that event unread. Under Azure as here the next generation gets it again, and loops: azure-functions-durable-extension#2606.
 */
function endlessTraps(actions: readonly Action[], { outcome }: Replay): string[] {
  if (outcome.kind !== 'continuedAsNew') return [];
  const carried = new Set(outcome.carried.map(({ Name }) => Name));
  return actions.flatMap((action) => {
    if (action.actionType !== 11) return [];
    const hasCancelledTimer = action.compoundActions.some((one) => one.actionType === 5 && one.isCanceled);
    return action.compoundActions.flatMap((one) =>
      hasCancelledTimer && one.actionType === 6 && carried.has(one.externalEventName)
        ? [
            `event "${one.externalEventName}" won against a timer and comes again after continueAsNew, without end, ` +
              'as under Azure: yield one more task between timer.cancel() and continueAsNew',
          ]
        : [],
    );
  });
}

function hasTimestamp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'Timestamp' in value || Object.values(value).some(hasTimestamp);
}
