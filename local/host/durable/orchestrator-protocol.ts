/**
 * Speaks with an orchestrator function of `durable-functions` 3.x: the legacy JSON protocol ("out of process") of the extension.
 *
 * Every episode sends the whole history; the library runs the generator from its start and answers all actions so far. A failed
 * orchestration is a thrown error whose message ends in a label and the same answer as JSON.
 */
import { z } from 'zod';
import type { Invoker } from '../app/invoker.ts';
import { jsonTextOf } from '../app/typed-data.ts';
import { messageOf } from '../host-error.ts';
import { actionSchema } from './actions.ts';
import { startOf, type HistoryEvent } from './history.ts';
import { LONG_TIMER_LEG, MAXIMUM_SHORT_TIMER } from './limits.ts';
import type { Answer } from './replayer.ts';

export interface Question {
  functionName: string;
  instanceId: string;
  history: readonly HistoryEvent[];
}

/** `broken`: the function failed outside of the generator, so there are no actions to go by. */
export type OrchestratorAnswer =
  { kind: 'answer'; answer: Answer; customStatus: unknown } | { kind: 'broken'; message: string };

const LABEL = '\n\n$OutOfProcData$:';

/** The library answers one list of actions at this schema version; older versions had one list per yield. */
const schema = z.object({
  isDone: z.boolean(),
  actions: z.tuple([z.array(actionSchema)]),
  output: z.unknown().optional(),
  customStatus: z.unknown().optional(),
  error: z.string().optional(),
});

export async function askOrchestrator(invoker: Invoker, question: Question): Promise<OrchestratorAnswer> {
  const { functionName, instanceId } = question;
  let text: string;
  try {
    const trigger = { string: JSON.stringify(payload(question)) };
    text = jsonTextOf(await invoker.invoke(functionName, { trigger, subject: instanceId })) ?? 'null';
  } catch (error) {
    const message = messageOf(error);
    // A nested failure copies the text of the inner one, so the last label is this function's own.
    const label = message.lastIndexOf(LABEL);
    if (label < 0) return { kind: 'broken', message };
    text = message.slice(label + LABEL.length);
  }
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success) return { kind: 'broken', message: `unreadable answer: ${z.prettifyError(parsed.error)}` };
  const { isDone, actions, output, customStatus, error } = parsed.data;
  return { kind: 'answer', answer: { isDone, actions: actions[0], output, error }, customStatus };
}

function payload({ instanceId, history }: Question): object {
  const started = startOf(history);
  return {
    history,
    input: started?.Input ? JSON.parse(started.Input) : null,
    instanceId,
    isReplaying: started?.IsPlayed ?? false,
    parentInstanceId: started?.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: LONG_TIMER_LEG,
    maximumShortTimerDuration: MAXIMUM_SHORT_TIMER,
    // Misspelt on the wire.
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
}
