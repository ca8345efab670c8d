/**
 * Cancels a run nobody waits for any more. Best effort: one that cannot be cancelled ends by itself, counts for nothing, and stops nobody here.
 */
import type { Surroundings } from '../activity.ts';

export async function cancelRun(
  { runs, quarantine, log }: Pick<Surroundings, 'runs' | 'quarantine' | 'log'>,
  runId: string,
): Promise<'cancelled' | 'not-cancelled'> {
  try {
    await runs.cancel({ host: quarantine, runId });
    return 'cancelled';
  } catch (error) {
    log.warn(`run ${runId} not cancelled: ${error instanceof Error ? error.message : String(error)}`);
    return 'not-cancelled';
  }
}
