/**
 * The events of an instance's history, in the JSON of the Durable Task framework (hence the capitals), which `durable-functions` reads.
 *
 * Events that schedule something carry its id as `EventId`; all others carry -1, and completions name the id they complete.
 */
import { randomUUID } from 'node:crypto';

export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventRaised: 15,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

export interface Common {
  EventId: number;
  /** False only for the events that are new in the episode under way. */
  IsPlayed: boolean;
  /** ISO 8601, UTC. */
  Timestamp: string;
}

export interface ExecutionStarted extends Common {
  EventType: 0;
  Name: string;
  Version: string;
  /** JSON text. */
  Input: string | null;
  OrchestrationInstance: { InstanceId: string; ExecutionId: string };
  /** Who waits for this one; `null` for an instance that a client started. */
  ParentInstance: ParentInstance | null;
  Tags: null;
}
/** The sub-orchestration's number among the tasks of one generation of its parent. */
export interface ParentInstance {
  Name: string;
  Version: string;
  TaskScheduleId: number;
  OrchestrationInstance: { InstanceId: string; ExecutionId: string };
}
export interface ExecutionCompleted extends Common {
  EventType: 1;
  OrchestrationStatus: 1 | 3 | 5;
  /** JSON text when it completed; the text of the failure or the reason otherwise. */
  Result: string | null;
  FailureDetails: null;
}
export interface ExecutionTerminated extends Common {
  EventType: 3;
  Input: string;
}
export interface TaskScheduled extends Common {
  EventType: 4;
  Name: string;
  Version: string;
  /** The framework keeps inputs out of the history. */
  Input: null;
}
export interface TaskCompleted extends Common {
  EventType: 5;
  TaskScheduledId: number;
  /** JSON text or `null`, never absent: the library parses it. */
  Result: string | null;
}
export interface TaskFailed extends Common {
  EventType: 6;
  TaskScheduledId: number;
  /** Both texts have to be there, or the library fails with an error of its own. */
  Reason: string;
  Details: string;
  FailureDetails: null;
}
export interface SubOrchestrationCreated extends Common {
  EventType: 7;
  Name: string;
  Version: string;
  InstanceId: string;
  /** As for activities, not kept here. */
  Input: null;
}
export interface SubOrchestrationCompleted extends Common {
  EventType: 8;
  TaskScheduledId: number;
  /** JSON text or `null`, never absent, as for activities. */
  Result: string | null;
}
export interface SubOrchestrationFailed extends Common {
  EventType: 9;
  TaskScheduledId: number;
  Reason: string;
  Details: string;
  FailureDetails: null;
}
export interface TimerCreated extends Common {
  EventType: 10;
  FireAt: string;
}
export interface TimerFired extends Common {
  EventType: 11;
  TimerId: number;
  FireAt: string;
}
export interface OrchestratorStarted extends Common {
  EventType: 12;
}
export interface OrchestratorCompleted extends Common {
  EventType: 13;
}
export interface EventRaised extends Common {
  EventType: 15;
  Name: string;
  /** JSON text. */
  Input: string | null;
}
/** What comes in between a suspension and the resumption is kept, and not acted on before. */
export interface ExecutionSuspended extends Common {
  EventType: 19;
  Reason: string;
}
export interface ExecutionResumed extends Common {
  EventType: 20;
  Reason: string;
}

export type HistoryEvent =
  | ExecutionStarted
  | ExecutionCompleted
  | ExecutionTerminated
  | TaskScheduled
  | TaskCompleted
  | TaskFailed
  | SubOrchestrationCreated
  | SubOrchestrationCompleted
  | SubOrchestrationFailed
  | TimerCreated
  | TimerFired
  | OrchestratorStarted
  | OrchestratorCompleted
  | EventRaised
  | ExecutionSuspended
  | ExecutionResumed;

/** Fields that every new event has; `id` only for events that schedule something. */
export const common = (atMs: number, id = -1): Common => ({
  EventId: id,
  IsPlayed: false,
  Timestamp: new Date(atMs).toISOString(),
});

/** A new generation of an instance, or its first: messages for another one are dropped. */
export const newExecutionId = (): string => randomUUID().replaceAll('-', '');

export interface Start {
  instanceId: string;
  executionId: string;
  name: string;
  /** JSON text. */
  input: string | null;
  parent?: ParentInstance | null;
}

export const executionStarted = (start: Start, nowMs: number): ExecutionStarted => ({
  ...common(nowMs),
  EventType: EventType.ExecutionStarted,
  Name: start.name,
  Version: '',
  Input: start.input,
  OrchestrationInstance: { InstanceId: start.instanceId, ExecutionId: start.executionId },
  ParentInstance: start.parent ?? null,
  Tags: null,
});

/** The event that began this generation; every history has it, but for one that has not run yet. */
export const startOf = (history: readonly HistoryEvent[]): ExecutionStarted | undefined =>
  history.find((event) => event.EventType === EventType.ExecutionStarted);
