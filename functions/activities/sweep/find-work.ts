/**
 * The names of everything the policy in force looks after, and which instances failed since the last sweep: whoever reads its problems hears of
 * it, also of what is started again right away. Small: the work itself is asked for in batches.
 */
import { readSweep } from '../../../shared/ledger/sweep-book.ts';
import type { Activity, Stories, Surroundings } from '../activity.ts';

export interface FindWork {
  /** Epoch milliseconds. */
  at: number;
}

export interface Work {
  gates: string[];
  images: string[];
  /** Images and gates that apps run. */
  rollouts: string[];
  problems: string[];
  /** Tags and quarantine are to be looked after in this sweep. */
  upkeep: boolean;
}

/** Every gate costs several questions, and nothing of it is urgent. */
const UPKEEP_EVERY_MS = 3_600_000;

export const findWork =
  ({ policies, ledger }: Surroundings): Activity<FindWork, Work> =>
  async ({ at }, stories) => {
    const { policy, problems: ofPolicy } = await policies.current();
    const last = await readSweep(ledger);
    const problems = [...ofPolicy, ...(await failedSince(stories, last?.endedAt ?? 0))];
    if (!policy) return { gates: [], images: [], rollouts: [], problems, upkeep: false };
    const runs = Object.values(policy.apps).map((app) => (app.runs.kind === 'image' ? app.runs.image : app.runs.gate));
    return {
      gates: Object.keys(policy.gates),
      images: Object.keys(policy.images),
      rollouts: [...new Set(runs)],
      problems,
      upkeep: at - (last?.upkeepAt ?? 0) >= UPKEEP_EVERY_MS,
    };
  };

/** As many as fit into a history; after a deployment there may be hundreds. */
const MOST_FAILED = 20;

/** A task hub that cannot be asked for them is no reason to sweep nothing. */
async function failedSince(stories: Stories, since: number): Promise<string[]> {
  try {
    const failed = await stories.failed(since);
    const more = failed.length - MOST_FAILED;
    return [...failed.slice(0, MOST_FAILED), ...(more > 0 ? [`${more} more instances failed`] : [])];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [`the task hub could not be asked which instances failed: ${message}`];
  }
}
