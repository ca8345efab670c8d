/**
 * Writes down that a candidate now waits for people, and which approvals have become void: both are remembered for good, so that the time in
 * which people may approve is counted from the start of the wait, and what was void once never counts again.
 *
 * Key: the candidate; what is recorded already is not recorded again.
 */
import { contentOf } from '../../../shared/domain/approval-content.ts';
import { coversNow, recorded, standingOf, type Approvals, type Standing } from '../../../shared/domain/approvals.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { sayReason } from '../../../shared/domain/outcome.ts';
import { whoOf } from '../../../shared/domain/person.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readGate } from '../../../shared/ledger/gate-book.ts';
import { GATE, originOfCandidate, type CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { gateStateOf } from '../../../shared/ledger/gate-state-of.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Change } from '../../../shared/ports/ledger.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';

export interface RecordApprovals {
  gate: string;
  digest: Digest;
  /** Epoch milliseconds. */
  at: number;
}

export const recordApprovals =
  ({ ledger, policies, telemetry }: Surroundings): Activity<RecordApprovals, object> =>
  async ({ gate: name, digest, at }) => {
    const gate = await existingGate(policies, name);
    const { approval: rule } = gate;
    const book = await readGate(ledger, name);
    const kept = book.open.get(digest)?.row;
    // Only what the checks and people said matters here; of the rest the decision that led here knew enough.
    const seen = {
      upstream: { kind: 'gone' as const },
      stable: undefined,
      holdOnEverything: undefined,
      freeze: undefined,
    };
    const state = gateStateOf(gate, book, seen);
    const candidate = state.open.find((one) => one.digest === digest);
    if (!book.gate || !kept || !candidate || !rule) return {};
    const content = contentOf(state, candidate);
    // Asked again meanwhile: the next look decides anew.
    if ('lacking' in coversNow(content)) return {};

    const approvals = recorded(rule, candidate, content, at);
    if (approvals === candidate.approvals) return {};
    const standing = standingOf(rule, { ...candidate, approvals }, content);
    const isWaiting = standing.counting.length < rule.quorum;
    const written = await ledger.write('gates', name, [
      // The rest that follows has nothing new to announce.
      put(GATE, book.gate, {
        ...book.gate.value,
        ...(isWaiting ? { waiting: { digest, for: 'approval-wanted' } } : {}),
      }),
      put(candidateKey(digest), kept, { ...kept.value, approvals }),
      ...voided(name, kept.value, approvals, at),
      ...(isWaiting ? [waits(gate, kept.value, standing, at)] : []),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`candidate ${digest} of gate "${name}"`);
    telemetry.about(originOfCandidate(name, kept.value));
    return {};
  };

function waits(
  { name, approval: rule }: Gate,
  { digest, sequence }: CandidateRow,
  standing: Standing,
  at: number,
): Change {
  const given = standing.counting.length;
  const reason = { kind: 'approval-wanted' as const, needed: rule?.quorum ?? 0, given, role: rule?.role ?? 'viewer' };
  return tell(`approval-wanted-${sequence}`, {
    at,
    by: 'runGate',
    subject: name,
    what: 'waiting',
    why: sayReason(reason),
    announce: 'waiting',
    data: { digest, ...(standing.until === undefined ? {} : { until: new Date(standing.until).toISOString() }) },
  });
}

const voided = (
  gate: string,
  { digest, approvals: before }: CandidateRow,
  { given }: Approvals,
  at: number,
): Change[] =>
  given
    .filter((one, index) => one.void !== undefined && before?.given[index]?.void === undefined)
    .map((one, index) =>
      tell(`approval-void-${one.at}-${index}`, {
        at,
        by: 'runGate',
        subject: gate,
        what: 'approval void',
        why: one.void ?? '',
        data: {
          digest,
          ...whoOf(one),
          givenAt: new Date(one.at).toISOString(),
        },
      }),
    );
