/** Executes one step: its delay, its attempts and repeats, within its time. Throws `RunFailed` or `RunTimedOut` for what is the step's own. */
import { join } from 'node:path';
import { buildImage, prepareBuild } from './build-image.ts';
import { NotSupportedLocally, RunFailed, RunTimedOut } from './failures.ts';
import { createOutputMatch } from './output-match.ts';
import { pushImages } from './push-images.ts';
import { runCommand } from './run-command.ts';
import { stepLabel, type RunContext, type StepContext } from './run-context.ts';
import { writeRunner } from './runner-script.ts';
import type { Retry, Step } from './step.ts';
import { waitFor } from './wait-for.ts';

/** Answers how long it took, without its delay. */
export async function executeStep(run: RunContext, step: Step): Promise<{ tookMs: number }> {
  const { world, engine, folders } = run;
  const log = run.log.branch();
  const { id, workingDirectory, network, timeoutSeconds, startDelaySeconds } = step;
  log.say(
    `Executing step ID: ${id}. Timeout(sec): ${timeoutSeconds}, Working directory: '${workingDirectory}', Network: '${network}'`,
  );
  if (startDelaySeconds > 0) {
    log.say(`Waiting ${startDelaySeconds} seconds before executing step ID: ${id}`);
    await waitFor(startDelaySeconds * 1000, { clock: world.clock, signal: run.signal });
  }
  const startedAt = world.clock.now();
  const late = new AbortController();
  const cancelTimer = world.clock.after(timeoutSeconds * 1000, () =>
    late.abort(new RunTimedOut(`timed out after ${timeoutSeconds} s: context deadline exceeded`)),
  );
  const signal = AbortSignal.any([run.signal, late.signal]);
  const label = stepLabel(world, run.run, id);
  // Ending the client does not end its containers: they go at once, or their output would hold the step open.
  const endContainers = () =>
    void engine
      .removeAll({ label })
      .catch((error: unknown) => world.log('tasks', `${run.run.runId}: ${String(error)}`));
  signal.addEventListener('abort', endContainers, { once: true });
  try {
    const client = join(folders.clients, id);
    await engine.client({ folder: client, labels: [run.label, label], login: folders.login });
    await writeRunner(client);
    await work({ ...run, log, signal, client }, step);
    signal.throwIfAborted();
  } catch (error) {
    // Whatever it failed with, it was ended, and that is why.
    run.signal.throwIfAborted();
    late.signal.throwIfAborted();
    throw error;
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', endContainers);
  }
  return { tookMs: world.clock.now() - startedAt };
}

async function work(context: StepContext, step: Step): Promise<void> {
  const { work: doing } = step;
  switch (doing.kind) {
    // A push has attempts of its own.
    case 'push':
      return pushImages(context, doing.images);
    case 'build': {
      const build = await prepareBuild(context, step, doing.command);
      return repeated(context, step, (onOutput) => buildImage(context, build, onOutput));
    }
    case 'cmd':
      if (doing.pull === 'always') context.log.say('Step specified pull. Performing an explicit pull...');
      return repeated(context, step, (onOutput) => runCommand(context, { step, work: doing, onOutput }));
  }
}

type Attempt = (onOutput: (chunk: Buffer) => void) => Promise<void>;

/** Every repeat happens, also after one that failed; the first failure is the step's. */
async function repeated(context: StepContext, step: Step, attempt: Attempt): Promise<void> {
  const failures: RunFailed[] = [];
  for (let round = 0; round <= step.repeats; round++) {
    try {
      await withRetries(context, { id: step.id, retry: step.retry, attempt });
    } catch (error) {
      if (!(error instanceof RunFailed) || error instanceof NotSupportedLocally || context.signal.aborted) throw error;
      failures.push(error);
    }
  }
  if (failures[0]) throw failures[0];
}

async function withRetries(
  context: StepContext,
  { id, retry, attempt }: { id: string; retry: Retry; attempt: Attempt },
): Promise<void> {
  const { log, signal, world } = context;
  for (let left = retry.times; ; left--) {
    log.say(`Launching container with name: ${id}`);
    const match = createOutputMatch(retry.onErrors);
    try {
      await attempt(match.see);
      return log.say(`Successfully executed container: ${id}`);
    } catch (error) {
      if (!(error instanceof RunFailed) || error instanceof NotSupportedLocally || signal.aborted) throw error;
      if (left === 0 || !match.isRetried()) {
        log.say(`Container failed during run: ${id}. No retries remaining.`);
        throw error;
      }
      log.say(`Container failed during run: ${id}, waiting ${retry.delaySeconds} seconds before retrying...`);
      await waitFor(retry.delaySeconds * 1000, { clock: world.clock, signal });
    }
  }
}
