/**
 * What an episode has found out, written as the changes to the store: events for the history, activities, timers and sub-orchestrations to
 * come, and the end of the instance or the start of its next generation.
 */
import type { Decision } from './decisions.ts';
import type { EpisodeCommit } from './episode-store.ts';
import {
  common,
  EventType,
  executionStarted,
  newExecutionId,
  type ExecutionStarted,
  type HistoryEvent,
  type ParentInstance,
} from './history.ts';
import type { InstanceRow } from './instance-queries.ts';
import { endingOf, type Ended, type Ending } from './ending.ts';
import { jsonText } from './json-text.ts';
import type { Outcome } from './replayer.ts';

/** What one episode found out, before it is written as events. */
export interface EpisodeResult {
  decisions: Decision[];
  outcome: Outcome | { kind: 'terminated'; reason: string };
  nextId: number;
  customStatus: string | null;
}

export type Consequences = Omit<EpisodeCommit, 'instanceId' | 'executionId' | 'atMs' | 'consumed' | 'historyLength'>;

export interface Episode {
  instance: InstanceRow;
  parent: ParentInstance | null;
  /** What the episode started with: its bracket and the messages it took. */
  begun: HistoryEvent[];
  result: EpisodeResult;
  nowMs: number;
}

export function consequences({ instance, parent, begun, result, nowMs }: Episode): Consequences {
  const { decisions, outcome, customStatus } = result;
  const ended = isEnd(outcome) ? endingOf(instance.name, outcome) : undefined;
  return {
    appended: [
      ...begun,
      ...decisions.map((decision) => scheduledEvent(decision, nowMs)),
      ...(ended ? [{ ...common(nowMs, result.nextId), ...ended.event }] : []),
      { ...common(nowMs), EventType: EventType.OrchestratorCompleted },
    ],
    activities: decisions
      .filter((decision) => decision.kind === 'activity')
      .map(({ id: taskId, name, input }) => ({
        instanceId: instance.id,
        executionId: instance.executionId,
        taskId,
        name,
        input: JSON.stringify([input ?? null]),
      })),
    timers: decisions
      .filter((decision) => decision.kind === 'timer')
      .map(({ id, fireAtMs }) => ({
        event: { ...common(nowMs), EventType: EventType.TimerFired, TimerId: id, FireAt: iso(fireAtMs) },
        dueAtMs: fireAtMs,
      })),
    starts: decisions
      .filter((decision) => decision.kind === 'sub-orchestration')
      .map((decision) => childStart(decision, instance, nowMs)),
    messages: ended && parent ? [answerTo(parent, ended, nowMs)] : [],
    status: ended?.status ?? (outcome.kind === 'suspended' ? 'Suspended' : 'Running'),
    output: ended?.output ?? null,
    customStatus,
    ...(outcome.kind === 'continuedAsNew' ? { next: nextGeneration({ instance, parent }, outcome, nowMs) } : {}),
  };
}

const isEnd = (outcome: EpisodeResult['outcome']): outcome is Ended =>
  outcome.kind === 'completed' || outcome.kind === 'failed' || outcome.kind === 'terminated';

function childStart(
  { id, name, instanceId, input }: Extract<Decision, { kind: 'sub-orchestration' }>,
  parent: InstanceRow,
  nowMs: number,
): ExecutionStarted {
  const start = {
    instanceId,
    executionId: newExecutionId(),
    name,
    input: jsonText(input),
    parent: {
      Name: parent.name,
      Version: '',
      TaskScheduleId: id,
      OrchestrationInstance: { InstanceId: parent.id, ExecutionId: parent.executionId },
    },
  };
  return executionStarted(start, nowMs);
}

/** To the parent, an end that is not a success is a failure whose reason is the text that the child ended with. */
function answerTo(parent: ParentInstance, ended: Ending, nowMs: number): EpisodeCommit['messages'][number] {
  const { InstanceId: instanceId, ExecutionId: executionId } = parent.OrchestrationInstance;
  const about = { ...common(nowMs), TaskScheduledId: parent.TaskScheduleId };
  const { Result } = ended.event;
  const event: HistoryEvent =
    ended.status === 'Completed'
      ? { ...about, EventType: EventType.SubOrchestrationInstanceCompleted, Result }
      : {
          ...about,
          EventType: EventType.SubOrchestrationInstanceFailed,
          Reason: Result ?? '',
          Details: '',
          FailureDetails: null,
        };
  return { instanceId, executionId, event };
}

function nextGeneration(
  { instance: { id, name }, parent }: Pick<Episode, 'instance' | 'parent'>,
  { input, carried }: Extract<Outcome, { kind: 'continuedAsNew' }>,
  nowMs: number,
): NonNullable<EpisodeCommit['next']> {
  const executionId = newExecutionId();
  const inputText = jsonText(input);
  const started = executionStarted({ instanceId: id, executionId, name, input: inputText, parent }, nowMs);
  return { executionId, input: inputText, messages: [started, ...carried] };
}

function scheduledEvent(decision: Decision, nowMs: number): HistoryEvent {
  const scheduled = common(nowMs, decision.id);
  switch (decision.kind) {
    case 'timer':
      return { ...scheduled, EventType: EventType.TimerCreated, FireAt: iso(decision.fireAtMs) };
    case 'activity':
      return { ...scheduled, EventType: EventType.TaskScheduled, Name: decision.name, Version: '', Input: null };
    case 'sub-orchestration':
      return {
        ...scheduled,
        EventType: EventType.SubOrchestrationInstanceCreated,
        Name: decision.name,
        Version: '',
        InstanceId: decision.instanceId,
        Input: null,
      };
  }
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
