/**
 * A person approves a candidate, or refuses it. What is approved is what its checks say now; who asked for the promotion does not approve it,
 * and one refusal settles it.
 */
import { z } from 'zod';
import { contentOf } from '../../../shared/domain/approval-content.ts';
import {
  coversNow,
  refusalOf,
  requestersOf,
  ruleOf,
  standingOf,
  withApproval,
  type ApprovalRule,
  type Approvals,
} from '../../../shared/domain/approvals.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { sayWho } from '../../../shared/domain/person.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { highestOf } from '../../../shared/domain/roles.ts';
import { put } from '../../../shared/ledger/rows.ts';
import { aboutOf } from '../approval-view.ts';
import { askGate } from '../ask-gate.ts';
import { assertRole, personOf } from '../caller.ts';
import type { Asked, Endpoint } from '../endpoint.ts';
import { askingNow, candidateAsked, digestAsked, gateAsked } from '../find.ts';
import { stateFromLedger } from '../gate-view.ts';
import { conflict, Problem } from '../problem.ts';
import { accepted, isoTime, reasoned } from '../schemas/common.ts';

const wish = z.strictObject({
  decision: z.enum(['approve', 'refuse'], 'a decision is "approve" or "refuse"'),
  ...reasoned.shape,
  about: z
    .string()
    .max(64)
    .optional()
    .describe(
      'The `approval.about` of the candidate as you saw it: refused when there is something else to agree to by now.',
    ),
});
type Wish = z.output<typeof wish>;

export const decideApproval: Endpoint = {
  name: 'decideApproval',
  method: 'POST',
  route: 'gates/{gate}/candidates/{digest}/approvals',
  does: 'Approves a candidate, as its checks stand now, or refuses it.',
  request: wish,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: {
    403: 'The app role that the gate asks for is missing, or it was you who asked for the promotion.',
    409: 'The gate asks for no approval, the candidate is settled, there is nothing to agree to yet, or something else than you saw.',
  },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const wished = await asked.body(wish);
    const digest = digestAsked(asked);
    await candidateAsked(asked, gate);
    const rule = ruleOf(gate);
    const candidateAt = `/api/gates/${gate.name}/candidates/${digest}`;
    if (!rule)
      throw conflict(`gate "${gate.name}" asks for no approval; to stop a candidate, POST ${candidateAt}/aborts`);
    assertRole(asked.caller, rule.role);
    const asking = await askingNow(asked);
    return askGate(asked, gate.name, (_, book) => {
      const kept = book.open.get(digest)?.row;
      if (!kept) throw conflict(`${digest} is settled already; see ${candidateAt}`);
      const state = stateFromLedger(gate, book, asking);
      const candidate = state.open.find((one) => one.digest === digest);
      if (!candidate) throw new Error(`candidate ${digest} is open and in no state`);
      assertNotRefused(candidate);
      const approvals =
        wished.decision === 'refuse'
          ? refuse(asked, candidate, wished)
          : approve(asked, { gate, rule, state, candidate }, wished);
      return {
        changes: [put(candidateKey(digest), kept, { ...kept.value, approvals })],
        what: wished.decision,
        why: wished.reason,
        data: { digest, ...coveredBy(approvals, asked) },
      };
    });
  },
};

const refuse = (asked: Asked, { approvals }: Candidate, wished: Wish): Approvals => ({
  given: [],
  ...approvals,
  refused: personOf(asked, wished.reason),
});

function assertNotRefused(candidate: Candidate): void {
  const refusal = refusalOf(candidate);
  if (refusal) throw conflict(`${candidate.digest} was refused by ${sayWho(refusal)} already: ${refusal.why}`);
}

function approve(
  asked: Asked,
  { gate, rule, state, candidate }: { gate: Gate; rule: ApprovalRule; state: GateState; candidate: Candidate },
  wished: Wish,
): Approvals {
  const { digest, approvals } = candidate;
  const { caller, at } = asked;
  if (requestersOf(candidate).includes(caller.id))
    throw new Problem(
      403,
      'Not allowed',
      `you asked for the promotion of ${digest}, so somebody else has to approve it`,
    );
  const content = contentOf(state, candidate);
  const covers = coversNow(content);
  if ('lacking' in covers) {
    const what =
      covers.lacking.length > 0
        ? `checks that have not passed: ${covers.lacking.join(', ')}`
        : 'it is not in the quarantine registry';
    throw conflict(
      `there is nothing to agree to yet (${what}); look at /api/gates/${gate.name}/candidates/${digest} and try again`,
    );
  }
  if (wished.about !== undefined && wished.about !== aboutOf(covers))
    throw conflict(
      `there is something else to agree to than you saw; look at /api/gates/${gate.name}/candidates/${digest} again`,
    );
  const { until, counting } = standingOf(rule, candidate, content);
  if (until !== undefined && until <= at && counting.length < rule.quorum)
    throw conflict(`approval of ${digest} was waited for until ${isoTime(until)}; ask for its promotion again`);
  return withApproval(approvals, {
    ...personOf(asked, wished.reason),
    role: highestOf(caller.roles) ?? rule.role,
    covers,
  });
}

/** For the journal: what it was that somebody agreed to. */
function coveredBy({ given, refused }: Approvals, { caller }: Asked): Record<string, unknown> {
  const mine = refused ? undefined : given.find(({ by }) => by === caller.id);
  return mine ? { covers: mine.covers } : {};
}
