/**
 * The host's half of an episode, as a pure function: the history so far and all actions of the orchestrator since its start go in, what
 * has to be scheduled now and whether the orchestration has ended come out.
 *
 * It is a small DurableTask.Core. The actions are performed one after the other against the history; ids come from one counter, and what
 * was scheduled under an id without the history saying so is new. History that says something else is non-determinism.
 */
import type { Action, SubOrchestratorCall } from './actions.ts';
import { NonDeterminism, PendingDecisions, type Decision } from './decisions.ts';
import { EventWaits } from './event-waits.ts';
import { startOf, type EventRaised, type HistoryEvent } from './history.ts';
import { performAction, type Scheduler } from './perform-action.ts';
import { SyncTask } from './sync-task.ts';
import { checkChildId, checkFunction } from './task-checks.ts';

export type Outcome =
  | { kind: 'running' }
  | { kind: 'suspended' }
  | { kind: 'completed'; output: unknown }
  | { kind: 'failed'; error: string }
  | { kind: 'continuedAsNew'; input: unknown; carried: EventRaised[] };

export interface Answer {
  actions: Action[];
  isDone: boolean;
  output?: unknown;
  error?: string | undefined;
}

export interface Replay {
  decisions: Decision[];
  outcome: Outcome;
  /** The id after the last one used. */
  nextId: number;
  unmatchedEvents: ReturnType<EventWaits['unmatched']>;
}

export interface ReplayInput {
  history: readonly HistoryEvent[];
  answer: Answer;
  /** The names of the app's activities. */
  activities: readonly string[];
  /** The names of the app's orchestrators. */
  orchestrators: readonly string[];
}

/** Never throws for what an app did: that is a failed outcome. */
export function replay(input: ReplayInput): Replay {
  const machine = new ReplayMachine(input);
  let outcome: Outcome;
  try {
    input.history.forEach((event) => machine.process(event));
    outcome = machine.outcome();
  } catch (error) {
    if (!(error instanceof NonDeterminism)) throw error;
    // Nothing of a replay that went astray is acted on.
    return { ...machine.result(), decisions: [], outcome: { kind: 'failed', error: error.message } };
  }
  return { ...machine.result(), outcome };
}

class ReplayMachine implements Scheduler {
  readonly #input: ReplayInput;
  readonly #open = new Map<number, SyncTask>();
  readonly #decisions = new PendingDecisions();
  readonly #waits = new EventWaits();
  readonly #carried: EventRaised[] = [];
  #nowMs = 0;
  #nextId = 0;
  #loop: { ended: boolean; error?: string } = { ended: false };
  #continued: { input: unknown } | undefined;
  /** Present while the instance is suspended: what came in since then. */
  #suspended: { later: HistoryEvent[] } | undefined;

  constructor(input: ReplayInput) {
    this.#input = input;
  }

  process(event: HistoryEvent): void {
    if (event.EventType === 12) {
      // OrchestratorStarted. Time goes on for a suspended instance too.
      this.#nowMs = Math.max(this.#nowMs, Date.parse(event.Timestamp));
    } else if (event.EventType === 20) {
      this.#resume();
    } else if (this.#suspended) {
      this.#suspended.later.push(event);
    } else {
      this.#act(event);
    }
  }

  /** An orchestration with something open goes on, whatever its code has returned: an uncancelled timer keeps it running. */
  outcome(): Outcome {
    if (this.#suspended) return { kind: 'suspended' };
    if (!this.#loop.ended || this.#open.size > 0) return { kind: 'running' };
    const { answer } = this.#input;
    const error = this.#loop.error ?? answer.error;
    if (error !== undefined) return { kind: 'failed', error };
    if (this.#continued) return { kind: 'continuedAsNew', input: this.#continued.input, carried: this.#carried };
    return answer.isDone ? { kind: 'completed', output: answer.output } : { kind: 'running' };
  }

  result(): Omit<Replay, 'outcome'> {
    return { decisions: this.#decisions.list(), nextId: this.#nextId, unmatchedEvents: this.#waits.unmatched() };
  }

  // ---- Scheduler

  now(): number {
    return this.#nowMs;
  }

  scheduleActivity(name: string, input: unknown): SyncTask {
    checkFunction(name, 'activity', this.#input.activities);
    return this.#schedule((id) => ({ kind: 'activity', id, name, input }));
  }

  scheduleSubOrchestration({ functionName: name, instanceId, input }: SubOrchestratorCall): SyncTask {
    const { orchestrators, history } = this.#input;
    checkFunction(name, 'orchestrator', orchestrators);
    const start = startOf(history);
    if (instanceId) checkChildId(instanceId, start);
    const executionId = start?.OrchestrationInstance.ExecutionId ?? '';
    return this.#schedule((id) => ({
      kind: 'sub-orchestration',
      id,
      name,
      input,
      instanceId: instanceId || `${executionId}:${id}`,
    }));
  }

  scheduleTimer(fireAtMs: number): SyncTask {
    return this.#schedule((id) => ({ kind: 'timer', id, fireAtMs }));
  }

  skipTimer(fireAtMs: number): void {
    const id = this.#nextId;
    this.scheduleTimer(fireAtMs);
    this.#open.delete(id);
  }

  waitForEvent(name: string): SyncTask {
    return this.#waits.wait(name);
  }

  continueAsNew(input: unknown): void {
    this.#continued = { input };
  }

  // ---- the parts of `process`

  #act(event: Exclude<HistoryEvent, { EventType: 12 | 20 }>): void {
    switch (event.EventType) {
      case 0: // ExecutionStarted
        this.#performFrom(0);
        return;
      case 4: // TaskScheduled
      case 7: // SubOrchestrationInstanceCreated
      case 10: // TimerCreated
        this.#decisions.confirm(event);
        return;
      case 5: // TaskCompleted
      case 8: // SubOrchestrationInstanceCompleted
        this.#settle(event.TaskScheduledId, 'succeeded');
        return;
      case 6: // TaskFailed
      case 9: // SubOrchestrationInstanceFailed
        this.#settle(event.TaskScheduledId, 'failed');
        return;
      case 11: // TimerFired
        this.#settle(event.TimerId, 'succeeded');
        return;
      case 15: // EventRaised
        if (this.#continued) this.#carried.push(event);
        else this.#waits.raise(event.Name);
        return;
      case 19: // ExecutionSuspended
        this.#suspended = { later: [] };
        this.#decisions.setAside();
        return;
      case 1: // ExecutionCompleted
      case 3: // ExecutionTerminated
      case 13: // OrchestratorCompleted
        return;
    }
  }

  #resume(): void {
    const { later = [] } = this.#suspended ?? {};
    this.#suspended = undefined;
    this.#decisions.takeBack();
    later.forEach((event) => this.process(event));
  }

  /** Performs the actions until one has to wait; goes on when that one is settled. Whether it failed is the app's business. */
  #performFrom(index: number): void {
    try {
      const { actions } = this.#input.answer;
      for (let next = index; next < actions.length; next += 1) {
        const action = actions[next];
        if (!action) break;
        const task = performAction(action, this);
        if (task.state === 'open') return task.onceSettled(() => this.#performFrom(next + 1));
      }
      this.#loop = { ended: true };
    } catch (error) {
      if (error instanceof NonDeterminism) throw error;
      this.#loop = { ended: true, error: error instanceof Error ? error.message : String(error) };
    }
  }

  #schedule(decide: (id: number) => Decision): SyncTask {
    const id = this.#nextId++;
    const task = new SyncTask();
    this.#decisions.add(decide(id));
    this.#open.set(id, task);
    return task;
  }

  /** An unknown id is a duplicate, or a timer that was cancelled. */
  #settle(id: number, state: 'succeeded' | 'failed'): void {
    const task = this.#open.get(id);
    this.#open.delete(id);
    task?.settle(state);
  }
}
