/**
 * Executes the steps of a run, each as soon as what it waits for is done, so that independent ones run side by side.
 *
 * The first failure ends the run: what runs beside it is ended, what waits for it never starts.
 */
import { NotSupportedLocally, RunFailed, RunTimedOut } from './failures.ts';
import { executeStep } from './execute-step.ts';
import type { RunContext } from './run-context.ts';
import type { Step } from './step.ts';

export async function executeSteps(run: RunContext, steps: Step[]): Promise<void> {
  const failed = new AbortController();
  const context: RunContext = { ...run, signal: AbortSignal.any([run.signal, failed.signal]) };
  const took = new Map<string, number>();
  const ends = new Map<string, Promise<void>>();
  for (const step of steps) {
    const before = step.after.flatMap((id) => ends.get(id) ?? []);
    const execute = async () => {
      await Promise.all(before);
      context.signal.throwIfAborted();
      took.set(step.id, await toleratedStep(context, step));
    };
    ends.set(
      step.id,
      execute().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
  }
  await Promise.allSettled(ends.values());
  context.signal.throwIfAborted();
  for (const { id } of steps) {
    const seconds = ((took.get(id) ?? 0) / 1000).toFixed(2);
    run.log.say(`Step ID: ${id} marked as successful (elapsed time in seconds: ${seconds})`);
  }
}

/** Answers how long it took, in milliseconds. */
async function toleratedStep(context: RunContext, step: Step): Promise<number> {
  const startedAt = context.world.clock.now();
  try {
    return (await executeStep(context, step)).tookMs;
  } catch (error) {
    if (context.signal.aborted || !isOfStep(error)) throw error;
    if (!step.ignoreErrors) {
      const named = `failed to run step ID: ${step.id}: ${error.message}`;
      throw error instanceof RunTimedOut
        ? new RunTimedOut(named, { cause: error })
        : new RunFailed(named, { cause: error });
    }
    context.log.say(
      `Step ID: ${step.id} encountered an error: ${error.message}, but is set to ignore errors. Continuing...`,
    );
    return context.world.clock.now() - startedAt;
  }
}

/** Trouble of this machine, and what is not built here, are no failure of a step. */
const isOfStep = (error: unknown): error is RunFailed | RunTimedOut =>
  (error instanceof RunFailed && !(error instanceof NotSupportedLocally)) || error instanceof RunTimedOut;
