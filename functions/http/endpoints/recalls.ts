/**
 * Taking the permission of a promoted digest away. If it is the current one, the newest earlier promotion that passes today's checks is put
 * back; nothing is built from it any more. A recall stays until it is lifted, because it was made by mistake: that gives the permission back and
 * moves nothing. What was put back meanwhile stays until the digest is promoted anew, by today's checks.
 */
import type { Gate } from '../../../shared/domain/policy.ts';
import { sayWho } from '../../../shared/domain/person.ts';
import { liftRecalls, recallOf, type Recall } from '../../../shared/domain/recall.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { mayAct } from '../../../shared/domain/roles.ts';
import { readCandidate, readPromotions } from '../../../shared/ledger/gate-book.ts';
import type { GateRow } from '../../../shared/ledger/gate-rows.ts';
import { askGate } from '../ask-gate.ts';
import { askThoseWhoFollow } from '../ask-those-who-follow.ts';
import { personOf } from '../caller.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { digestAsked, gateAsked } from '../find.ts';
import { conflict, Problem } from '../problem.ts';
import { accepted, reasoned } from '../schemas/common.ts';

/** Of one gate; the oldest are what nobody runs any more. */
const MOST_PROMOTIONS = 1_000;

export const recallDigest: Endpoint = {
  name: 'recallDigest',
  method: 'POST',
  route: 'gates/{gate}/candidates/{digest}/recalls',
  does: 'Recalls a promoted digest: the newest earlier one that passes today’s checks takes its place.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 409: 'It was never promoted, or is recalled already.' },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(reasoned);
    const digest = digestAsked(asked);
    const answered = await askGate(asked, gate.name, async (row) => {
      const subject = await subjectOf(asked, gate, row, digest);
      const known = recallOf(row.recalled, { digest });
      if (known) throw conflict(`${digest} was recalled already, by ${sayWho(known)}: ${known.why}`);
      const recall: Recall = { digest, subject, ...personOf(asked, reason) };
      return {
        row: { recalled: [...(row.recalled ?? []), recall] },
        what: 'recall',
        why: reason,
        data: { digest, subject, current: row.current?.digest === digest },
        announce: 'recalled',
      };
    });
    await askThoseWhoFollow(asked, gate.name);
    return answered;
  },
};

export const liftRecall: Endpoint = {
  name: 'liftRecall',
  method: 'DELETE',
  route: 'gates/{gate}/candidates/{digest}/recalls',
  does: 'Lifts a recall that was made by mistake: the digest counts as before. It moves no tag; what was put back stays until something is promoted.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 403: 'It was you who recalled it, and you are no release manager.', 409: 'It is not recalled.' },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(reasoned);
    const digest = digestAsked(asked);
    const answered = await askGate(asked, gate.name, async (row) => {
      const known = await readCandidate(asked.world.ledger, gate.name, digest);
      const recall = recallOf(row.recalled, { digest, subject: known?.row.value.subject });
      if (!recall) throw conflict(`gate "${gate.name}" has no recall of ${digest}`);
      assertMayLift(asked, recall);
      const { subject, by, at } = recall;
      const lifted = personOf(asked, reason);
      return {
        row: { recalled: liftRecalls(row.recalled ?? [], { digest, subject }, lifted) },
        what: 'recall lifted',
        why: reason,
        data: { digest, subject, recalledBy: by, recalledAt: at, current: row.current?.digest === digest },
        announce: 'recallLifted',
      };
    });
    await askThoseWhoFollow(asked, gate.name);
    return answered;
  },
};

/** Two people, or one who decides about releases: whoever recalls under pressure may be wrong in lifting it too. */
function assertMayLift({ caller }: Asked, { by, digest }: Recall): void {
  if (by !== caller.id || mayAct(caller.roles, 'release-manager')) return;
  throw new Problem(
    403,
    'Not allowed',
    `it was you who recalled ${digest}, so another operator or a release manager has to lift it`,
  );
}

async function subjectOf({ world }: Asked, gate: Gate, row: GateRow, digest: Digest): Promise<Digest> {
  if (row.adopted === digest) return digest;
  const promotions = await readPromotions(world.ledger, gate.name, { most: MOST_PROMOTIONS });
  const promoted = promotions.find((one) => one.digest === digest);
  if (promoted) return promoted.subject;
  throw conflict(
    `gate "${gate.name}" has never promoted ${digest}; to stop a candidate, POST /api/gates/${gate.name}/candidates/${digest}/aborts`,
  );
}
