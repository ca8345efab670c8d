/**
 * Asking every check of a candidate again: of one that is open; of one that was rejected or failed, which is then open again; and of the current
 * digest, which stays what it is: a check that fails then is a proposal to recall it.
 */
import { forCandidate } from '../../../shared/domain/gate-action.ts';
import { wantedPlatforms } from '../../../shared/domain/deciding-policy.ts';
import { sayOutcome, type Outcome } from '../../../shared/domain/outcome.ts';
import { sayWho } from '../../../shared/domain/person.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { recallOf } from '../../../shared/domain/recall.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readCandidate, type CandidateBook, type GateBook } from '../../../shared/ledger/gate-book.ts';
import type { GateRow } from '../../../shared/ledger/gate-rows.ts';
import { recheckCandidate, recheckCurrent, type Rechecked } from '../../../shared/ledger/recheck-candidate.ts';
import { askGate } from '../ask-gate.ts';
import type { Endpoint } from '../endpoint.ts';
import { askingNow, candidateAsked, digestAsked, gateAsked } from '../find.ts';
import { stateFromLedger, type Asking } from '../gate-view.ts';
import { conflict, notFound } from '../problem.ts';
import { accepted, reasoned } from '../schemas/common.ts';

export const requestRecheck: Endpoint = {
  name: 'requestRecheck',
  method: 'POST',
  route: 'gates/{gate}/candidates/{digest}/rechecks',
  does: 'Asks every check of a candidate again; one that was rejected or failed is open again. The current digest stays: a check that fails is a proposal to recall it.',
  request: reasoned,
  answer: { kind: 'json', status: 202, schema: accepted },
  problems: { 409: 'It was superseded or recalled, or something later has taken its place.' },
  async handle(asked) {
    const gate = await gateAsked(asked);
    const { reason } = await asked.body(reasoned);
    const digest = digestAsked(asked);
    await candidateAsked(asked, gate);
    const asking = await askingNow(asked);
    return askGate(asked, gate.name, async (row, book) => {
      const known = await readCandidate(asked.world.ledger, gate.name, digest);
      if (!known) throw notFound(`gate "${gate.name}" has never seen ${digest}`);
      const { settled } = known.row.value;
      const wish = { what: 'recheck', why: reason, data: { digest } };
      if (settled && row.current?.digest === digest) {
        assertAnythingIsAsked(gate, row, known);
        const { changes } = recheckCurrent(known, { subject: row.current.subject, since: asked.at });
        return { ...wish, changes };
      }
      if (settled) assertOpensAgain(gate, digest, settled.outcome);
      const rechecked = recheckCandidate(known);
      assertNotInVain(gate, book, rechecked, asking);
      return { ...wish, changes: rechecked.changes };
    });
  },
};

/** Of a current digest that was recalled nothing is asked, nor of one that was promoted for other platforms. */
function assertAnythingIsAsked(gate: Gate, { current, recalled }: GateRow, { row }: CandidateBook): void {
  const { digest, platforms } = row.value;
  const recall = current && recallOf(recalled, current);
  if (recall)
    throw conflict(`${digest} was recalled by ${sayWho(recall)}: ${recall.why}; lift that first, if it was a mistake`);
  if (platforms === wantedPlatforms(gate)) return;
  throw conflict(
    `${digest} was promoted for other platforms (${platforms ?? 'not known'}) than the policy names now (${wantedPlatforms(gate)}); ${insteadOf(gate, digest)}`,
  );
}

function assertOpensAgain(gate: Gate, digest: Digest, outcome: Outcome): void {
  if (outcome.kind === 'rejected' || outcome.kind === 'failed') return;
  throw conflict(`${digest} is settled: ${sayOutcome(outcome)}; ${insteadOf(gate, digest)}`);
}

/** The rules themselves say whether it would only be settled at once. */
function assertNotInVain(gate: Gate, book: GateBook, { book: rechecked }: Rechecked, asking: Asking): void {
  const { digest } = rechecked.row.value;
  const state = stateFromLedger(gate, { ...book, open: new Map(book.open).set(digest, rechecked) }, asking);
  const candidate = state.open.find((one) => one.digest === digest);
  const action = candidate && forCandidate(state, candidate, asking.now);
  if (action?.kind !== 'settle') return;
  throw conflict(`${digest} would be settled at once: ${sayOutcome(action.outcome)}; ${insteadOf(gate, digest)}`);
}

const insteadOf = ({ name, from }: Gate, digest: Digest): string =>
  `to have it checked and promoted all the same, POST /api/gates/${name}/promotions with "reference": "${from.host}/${from.repository}@${digest}"`;
