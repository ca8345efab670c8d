/** How an instance ends: its status and output, and the last event of its history. The texts are those of the extension. */
import { EventType, type Common, type ExecutionCompleted } from './history.ts';
import { jsonText } from './json-text.ts';
import type { Outcome } from './replayer.ts';
import type { RuntimeStatus } from './status.ts';

export type Ended = Extract<Outcome, { kind: 'completed' | 'failed' }> | { kind: 'terminated'; reason: string };

export interface Ending {
  status: RuntimeStatus;
  /** JSON text. */
  output: string | null;
  event: Omit<ExecutionCompleted, keyof Common>;
}

export function endingOf(name: string, outcome: Ended): Ending {
  const event = { EventType: EventType.ExecutionCompleted, FailureDetails: null };
  switch (outcome.kind) {
    case 'completed': {
      const output = jsonText(outcome.output);
      return { status: 'Completed', output, event: { ...event, OrchestrationStatus: 1, Result: output } };
    }
    case 'failed': {
      const message = `Orchestrator function '${name}' failed: ${outcome.error}`;
      return {
        status: 'Failed',
        output: JSON.stringify(message),
        event: { ...event, OrchestrationStatus: 3, Result: message },
      };
    }
    case 'terminated':
      return {
        status: 'Terminated',
        output: JSON.stringify(outcome.reason),
        event: { ...event, OrchestrationStatus: 5, Result: outcome.reason },
      };
  }
}
