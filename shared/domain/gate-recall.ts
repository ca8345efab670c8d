/** What a gate does about a current digest that was recalled: the newest earlier one that passes today's checks is put back. */
import type { GateAction } from './gate-action-kinds.ts';
import type { GateState } from './gate-state.ts';
import { whoOf } from './person.ts';
import { recallOf } from './recall.ts';

/** What is put back is a candidate like any other once it is open; this opens the next one, or says that there is none. */
export function mendRecall({ current, recalled, earlier = [], policy, hold }: GateState): GateAction | undefined {
  const recall = current && recallOf(recalled, current);
  if (!current || !recall) return undefined;
  const { digest } = current;
  const rest = (instead: string): GateAction => ({
    kind: 'rest',
    reason: { kind: 'current-recalled', ...whoOf(recall), why: recall.why, instead },
    digest,
  });
  if (policy.mode === 'observe') return rest('the gate only observes, so nothing is put back');
  if (hold?.everything) return rest(`everything is held by ${hold.by}, so nothing is put back`);

  const left = earlier.filter((one) => !recallOf(recalled, one));
  if (left.some(({ state }) => state === 'under-way')) return undefined;
  const next = left.filter(({ state }) => state === 'untried').toSorted((a, b) => b.sequence - a.sequence)[0];
  if (!next) return rest('no earlier promotion passes today’s checks; promote another digest');
  const { subject, sequence, unique } = next;
  return {
    kind: 'restore',
    digest: next.digest,
    sequence,
    restores: { over: digest, subject, unique, recalledAt: recall.at },
  };
}
