/**
 * What a replay has scheduled and the history does not know yet. The events of the history take from it, one by one, what they confirm; what
 * is left at the end is new.
 */
import type { SubOrchestrationCreated, TaskScheduled, TimerCreated } from './history.ts';

export type Decision =
  | { kind: 'activity'; id: number; name: string; input: unknown }
  | { kind: 'sub-orchestration'; id: number; name: string; instanceId: string; input: unknown }
  | { kind: 'timer'; id: number; fireAtMs: number };

export class NonDeterminism extends Error {}

export class PendingDecisions {
  readonly #pending = new Map<number, Decision>();
  /** Held back while the instance is suspended. */
  readonly #aside = new Map<number, Decision>();

  add(decision: Decision): void {
    this.#pending.set(decision.id, decision);
  }

  /** As in the framework, kind, id and name have to agree; inputs and times are not compared. Throws `NonDeterminism`. */
  confirm(event: TaskScheduled | SubOrchestrationCreated | TimerCreated): void {
    const decision = this.#pending.get(event.EventId);
    const past = ofEvent(event);
    if (!decision) {
      throw new NonDeterminism(
        `Non-Deterministic workflow detected: an earlier execution scheduled ${past} as number ${event.EventId}, ` +
          'which this replay has not scheduled. Was the orchestrator changed while this instance was running?',
      );
    }
    const present = ofDecision(decision);
    if (present.toLowerCase() !== past.toLowerCase()) {
      throw new NonDeterminism(
        `Non-Deterministic workflow detected: an earlier execution scheduled ${past} as number ${event.EventId}, ` +
          `this replay scheduled ${present}. Was the orchestrator changed while this instance was running?`,
      );
    }
    this.#pending.delete(event.EventId);
  }

  setAside(): void {
    for (const [id, decision] of this.#pending) this.#aside.set(id, decision);
    this.#pending.clear();
  }

  takeBack(): void {
    for (const [id, decision] of this.#aside) this.#pending.set(id, decision);
    this.#aside.clear();
  }

  /** In the order of their ids. */
  list(): Decision[] {
    return [...this.#pending.values()].toSorted((a, b) => a.id - b.id);
  }
}

function ofEvent(event: TaskScheduled | SubOrchestrationCreated | TimerCreated): string {
  switch (event.EventType) {
    case 4: // TaskScheduled
      return `activity '${event.Name}'`;
    case 7: // SubOrchestrationInstanceCreated
      return `sub-orchestration '${event.Name}'`;
    case 10: // TimerCreated
      return 'a timer';
  }
}

const ofDecision = (decision: Decision): string =>
  decision.kind === 'timer' ? 'a timer' : `${decision.kind} '${decision.name}'`;
