/** A run as Azure tells it, in our words. */
import type { Run as AzureRun } from '@azure/arm-containerregistry';
import { digest as digestSchema, repository as repositorySchema, tag as tagSchema } from '../domain/reference.ts';
import type { Run, RunState } from '../ports/runs.ts';

const STATES: Record<string, RunState> = {
  queued: 'running',
  started: 'running',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  error: 'error',
  timeout: 'timeout',
};

/** A status that is new to us is taken for `running`: it is no result, and whoever watches has a deadline. */
export const toRunState = (status: string | undefined): RunState => STATES[status?.toLowerCase() ?? ''] ?? 'running';

export function toRun(runId: string, run: AzureRun): Run {
  return {
    runId,
    state: toRunState(run.status),
    ...(run.finishTime ? { finishedAt: run.finishTime.getTime() } : {}),
    outputs: (run.outputImages ?? []).flatMap(toOutput),
    ...(run.runErrorMessage ? { message: run.runErrorMessage } : {}),
  };
}

/** Nothing for an image that has no digest: it was not pushed. */
function toOutput(image: NonNullable<AzureRun['outputImages']>[number]): Run['outputs'] {
  const digest = digestSchema.safeParse(image.digest);
  const repository = repositorySchema.safeParse(image.repository);
  const tag = tagSchema.safeParse(image.tag);
  if (!digest.success || !repository.success) return [];
  return [{ repository: repository.data, digest: digest.data, ...(tag.success ? { tag: tag.data } : {}) }];
}
