/**
 * Writes down the intention to promote, before anything is done for it.
 *
 * Key: digest and sequence. An intention for the same is found again, not made twice; one for something else wins.
 */
import { questionsOf } from '../../../shared/domain/questions.ts';
import { uniqueTag } from '../../../shared/domain/unique-tag.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readGate } from '../../../shared/ledger/gate-book.ts';
import { GATE, originOfCandidate } from '../../../shared/ledger/gate-rows.ts';
import { decidingPolicy, foundFor } from '../../../shared/domain/deciding-policy.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';

export interface BeginPromotion {
  gate: string;
  digest: Digest;
  sequence: number;
}

export type Begun = { kind: 'begun'; attempt: number } | { kind: 'lost' };

export const beginPromotion =
  ({ ledger, policies, telemetry }: Surroundings): Activity<BeginPromotion, Begun> =>
  async ({ gate: name, digest, sequence }) => {
    const gate = await existingGate(policies, name);
    const book = await readGate(ledger, name);
    const row = book.gate?.value;
    const candidate = book.open.get(digest);
    if (candidate) telemetry.about(originOfCandidate(name, candidate.row.value));
    if (row?.intention) {
      const { digest: intended, sequence: at, attempt } = row.intention;
      return intended === digest && at === sequence ? { kind: 'begun', attempt } : { kind: 'lost' };
    }
    const found = candidate && foundFor(gate, candidate.row.value);
    const subject = found?.subject;
    if (!row || !candidate || !subject || candidate.row.value.sequence !== sequence) return { kind: 'lost' };

    const asked = questionsOf(decidingPolicy(gate), found);
    const first = asked.map(({ id }) => candidate.evidence.get(id)?.value.evidence.runId).find(Boolean);
    const { restores } = candidate.row.value;
    const unique =
      restores?.unique ?? uniqueTag(gate.unique, { stable: gate.to.tag, subject, ...(first ? { run: first } : {}) });
    const restored = restores ? { restored: true as const } : {};
    const attempt = row.attempts + 1;
    const next = { ...row, attempts: attempt, intention: { digest, subject, sequence, unique, attempt, ...restored } };
    if ((await ledger.write('gates', name, [put(GATE, book.gate, next)])) === 'conflict')
      throw new LedgerConflict(`gate "${name}"`);
    return { kind: 'begun', attempt };
  };
