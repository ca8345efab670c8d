/**
 * The few words every story is written in, and the only place where the result of a `yield` gets a type:
 * durable-functions types it as `any`, so each step parses what comes back with its own schema.
 */
import { RetryOptions, type OrchestrationContext, type Task } from 'durable-functions';
import type { z, ZodType } from 'zod';

export type Story<T> = Generator<Task, T, unknown>;

/** A story continues as new after so many rounds: every round replays the history before it. */
export const MOST_ROUNDS = 50;

/** Epoch milliseconds, the same on every replay. */
export const now = (context: OrchestrationContext): number => context.df.currentUtcDateTime.getTime();

export function input<T>(context: OrchestrationContext, schema: ZodType<T>): T {
  return schema.parse(context.df.getInput());
}

/** What a host needs to know of a step: the name of its activity, and what that may be asked. */
export interface Asking {
  activity: string;
  asks: ZodType<object>;
}

/** An activity as a typed step: `yield* lookAtGate(context, { gate })`. Retried, so it must be safe to run twice. */
export function step<Asks extends ZodType<object>, Answer extends ZodType<object>>(
  activity: string,
  asks: Asks,
  answer: Answer,
) {
  const asking: Asking = { activity, asks };
  return Object.assign(function* (context: OrchestrationContext, request: z.input<Asks>): Story<z.output<Answer>> {
    return answer.parse(yield context.df.callActivityWithRetry(activity, patiently(), request));
  }, asking);
}

/** The same activity for several requests at once; answers in their order, when all are done. */
export function fanOut<Asks extends ZodType<object>, Answer extends ZodType<object>>(
  activity: string,
  asks: Asks,
  answer: Answer,
) {
  const answers = answer.array();
  const asking: Asking = { activity, asks };
  return Object.assign(function* (context: OrchestrationContext, requests: z.input<Asks>[]): Story<z.output<Answer>[]> {
    if (requests.length === 0) return [];
    const tasks = requests.map((request) => context.df.callActivityWithRetry(activity, patiently(), request));
    return answers.parse(yield context.df.Task.all(tasks));
  }, asking);
}

export function* sleep(context: OrchestrationContext, seconds: number): Story<void> {
  yield context.df.createTimer(new Date(now(context) + seconds * 1000));
}

/** What a step said when it failed after its last retry: the activity's own sentence, without what the runtime puts around it. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = /^(?:Activity function '[^']*' failed:\s*)?(?<said>[^\n]*)/.exec(text)?.groups?.['said']?.trim();
  return (said || text).slice(0, 1000);
}

export function unreachable(value: never): Error {
  return new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** 2 s, doubling, five attempts: half a minute. What lasts longer is written down, and rests. */
function patiently(): RetryOptions {
  const options = new RetryOptions(2_000, 5);
  options.backoffCoefficient = 2;
  return options;
}
