/**
 * Taking the permission of a promoted digest away. If it is the current one, the newest earlier promotion that passes today's checks is put
 * back; nothing is built from it any more. A recall stays.
 */
import type { Gate } from '../../../shared/domain/policy.ts';
import { sayWho } from '../../../shared/domain/person.ts';
import { recallOf, type Recall } from '../../../shared/domain/recall.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readPromotions, type GateRow } from '../../../shared/ledger/gate-book.ts';
import { askFollowers } from '../../ask-followers.ts';
import { askGate } from '../ask-gate.ts';
import { whoIs } from '../caller.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { digestAsked, gateAsked, policyInForce } from '../find.ts';
import { conflict } from '../problem.ts';
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
      const recall: Recall = { digest, subject, ...whoIs(asked.caller), why: reason, at: asked.at };
      return {
        row: { recalled: [...(row.recalled ?? []), recall] },
        what: 'recall',
        why: reason,
        data: { digest, subject, current: row.current?.digest === digest },
        announce: 'recalled',
      };
    });
    const { world, stories } = asked;
    await askFollowers({ ledger: world.ledger, stories, policy: await policyInForce(asked) }, gate.name);
    return answered;
  },
};

async function subjectOf({ world }: Asked, gate: Gate, row: GateRow, digest: Digest): Promise<Digest> {
  if (row.adopted === digest) return digest;
  const promotions = await readPromotions(world.ledger, gate.name, { most: MOST_PROMOTIONS });
  const promoted = promotions.find((one) => one.digest === digest);
  if (promoted) return promoted.subject;
  throw conflict(
    `gate "${gate.name}" has never promoted ${digest}; to stop a candidate, POST /api/gates/${gate.name}/candidates/${digest}/aborts`,
  );
}
