/** The names of everything the policy in force looks after. Small: the work itself is asked for in batches. */
import { readSweep } from '../../../shared/ledger/sweep-book.ts';
import type { Activity, Surroundings } from '../activity.ts';

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
  async ({ at }) => {
    const { policy, problems } = await policies.current();
    if (!policy) return { gates: [], images: [], rollouts: [], problems, upkeep: false };
    const runs = Object.values(policy.apps).map((app) => (app.runs.kind === 'image' ? app.runs.image : app.runs.gate));
    return {
      gates: Object.keys(policy.gates),
      images: Object.keys(policy.images),
      rollouts: [...new Set(runs)],
      problems,
      upkeep: at - ((await readSweep(ledger))?.upkeepAt ?? 0) >= UPKEEP_EVERY_MS,
    };
  };
