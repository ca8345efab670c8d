/** An instance's history as the status query shows it: by name, without the brackets of episodes, schedulings folded into completions. */
import { EventType, type HistoryEvent, type SubOrchestrationCreated, type TaskScheduled } from '../durable/history.ts';

const NAMES = new Map(Object.entries(EventType).map(([name, type]): [number, string] => [type, name]));
const STATUS_NAMES = { 1: 'Completed', 3: 'Failed', 5: 'Terminated' };

export interface HistoryView {
  showInput: boolean;
  showOutput: boolean;
}

export function historyView(history: readonly HistoryEvent[], { showInput, showOutput }: HistoryView): object[] {
  const scheduled = new Map(history.filter(isScheduling).map((event) => [event.EventId, event]));
  const finished = new Set(history.flatMap((event) => ('TaskScheduledId' in event ? [event.TaskScheduledId] : [])));

  const details = (event: HistoryEvent): object | undefined => {
    switch (event.EventType) {
      case 12: // OrchestratorStarted
      case 13: // OrchestratorCompleted
        return undefined;
      case 0: // ExecutionStarted
        return { FunctionName: event.Name, ...(showInput ? { Input: parsed(event.Input) } : {}) };
      case 1: // ExecutionCompleted
        return {
          OrchestrationStatus: STATUS_NAMES[event.OrchestrationStatus],
          ...(showOutput ? { Result: parsed(event.Result) } : {}),
        };
      case 3: // ExecutionTerminated
        return { Reason: event.Input };
      case 4: // TaskScheduled
        return finished.has(event.EventId) ? undefined : { Name: event.Name };
      case 7: // SubOrchestrationInstanceCreated
        return finished.has(event.EventId) ? undefined : { Name: event.Name, InstanceId: event.InstanceId };
      case 5: // TaskCompleted
      case 8: // SubOrchestrationInstanceCompleted
        return {
          ...origin(scheduled.get(event.TaskScheduledId)),
          ...(showOutput ? { Result: parsed(event.Result) } : {}),
        };
      case 6: // TaskFailed
      case 9: // SubOrchestrationInstanceFailed
        return { ...origin(scheduled.get(event.TaskScheduledId)), Reason: event.Reason, Details: event.Details };
      case 10: // TimerCreated
      case 11: // TimerFired
        return { FireAt: event.FireAt };
      case 15: // EventRaised
        return { Name: event.Name, ...(showInput ? { Input: parsed(event.Input) } : {}) };
      case 19: // ExecutionSuspended
      case 20: // ExecutionResumed
        return { Reason: event.Reason };
    }
  };

  return history.flatMap((event) => {
    const shown = details(event);
    return shown ? [{ EventType: NAMES.get(event.EventType), Timestamp: event.Timestamp, ...shown }] : [];
  });
}

type Scheduling = TaskScheduled | SubOrchestrationCreated;

const isScheduling = (event: HistoryEvent): event is Scheduling =>
  event.EventType === EventType.TaskScheduled || event.EventType === EventType.SubOrchestrationInstanceCreated;

const origin = (event: Scheduling | undefined): object =>
  event ? { FunctionName: event.Name, ScheduledTime: event.Timestamp } : {};

/** Results of failures are plain text, all others are JSON. */
function parsed(value: string | null): unknown {
  if (value === null) return null;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
