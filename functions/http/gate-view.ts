/** What the API says of a gate and its candidates. From the ledger alone: asking costs the upstream nothing. */
import type { z } from 'zod';
import { adviceOnAction, adviceOnOutcome } from '../../shared/domain/advice.ts';
import type { GateAction } from '../../shared/domain/gate-action-kinds.ts';
import { forCandidate, nextGateAction } from '../../shared/domain/gate-action.ts';
import type { PersonFreeze } from '../../shared/domain/freeze.ts';
import { ruleOf } from '../../shared/domain/approvals.ts';
import type { Evidence, GateState, Hold, Override } from '../../shared/domain/gate-state.ts';
import { sayOutcome, sayReason } from '../../shared/domain/outcome.ts';
import type { Gate } from '../../shared/domain/policy.ts';
import { whoOf } from '../../shared/domain/person.ts';
import { recallOf } from '../../shared/domain/recall.ts';
import { formatReference, type Digest } from '../../shared/domain/reference.ts';
import { sayAction } from '../../shared/domain/say-action.ts';
import type { About } from '../../shared/domain/ways-on.ts';
import { evidenceByCheck, type CandidateBook, type GateBook } from '../../shared/ledger/gate-book.ts';
import { newGate, type GateRow, type KeptPromotion } from '../../shared/ledger/gate-rows.ts';
import { gateStateOf } from '../../shared/ledger/gate-state-of.ts';
import { approvalRuleView, approvalView } from './approval-view.ts';
import { logAddress, reportAddress } from './check-address.ts';
import { isoTime as time } from './schemas/common.ts';
import type { candidateSeen, EvidenceSeen, gateSeen } from './schemas/gate.ts';

/** When it is asked, and what bears on every gate then. */
export interface Asking {
  /** Epoch milliseconds. */
  now: number;
  holdOnEverything: Hold | undefined;
  freezeOnEverything: PersonFreeze | undefined;
}

export function gateView(gate: Gate, book: GateBook, asking: Asking): z.input<typeof gateSeen> {
  const row = book.gate?.value ?? newGate;
  const { current, previous, upstream, hold, resting } = row;
  const { holdOnEverything: everything, freezeOnEverything: freeze } = asking;
  const action: GateAction = resting
    ? { kind: 'rest', ...resting }
    : nextGateAction(stateFromLedger(gate, book, asking), asking.now);
  return {
    name: gate.name,
    from: formatReference(gate.from),
    to: formatReference(gate.to),
    checks: gate.checks.map(({ name, kind }) => ({ name, kind })),
    ...(upstream
      ? { upstream: { digest: upstream.digest, since: time(upstream.since), sequence: upstream.sequence } }
      : {}),
    ...(current ? { current: promotionView(current) } : {}),
    ...(previous ? { previous: promotionView(previous) } : {}),
    ...(hold ? { hold: { ...hold, at: time(hold.at) } } : {}),
    ...(gate.mode === 'observe' ? { mode: gate.mode } : {}),
    ...(gate.approval ? { approval: approvalRuleView(gate.approval) } : {}),
    ...(row.shadow ? { shadow: { ...row.shadow, at: time(row.shadow.at) } } : {}),
    ...proposalView(row),
    ...(row.drift && Object.keys(row.drift).length > 0 ? { drift: row.drift } : {}),
    ...(everything ? { holdOnEverything: { ...everything, at: time(everything.at) } } : {}),
    ...(freeze && freeze.until > asking.now
      ? { freezeOnEverything: { ...freeze, at: time(freeze.at), until: time(freeze.until) } }
      : {}),
    next: nextView(action),
    canBeDone: adviceOnAction(action, aboutOf(gate, asking, action)),
    open: [...book.open.keys()],
  };
}

/** Only while there is something to recall. */
function proposalView({ proposal, current, recalled }: GateRow): Pick<z.input<typeof gateSeen>, 'recallProposed'> {
  if (!proposal || !current || proposal.digest !== current.digest || recallOf(recalled, current)) return {};
  const { digest, reason, at } = proposal;
  return { recallProposed: { digest, why: sayReason(reason), since: time(at) } };
}

function nextView(action: GateAction) {
  const { dueAt, ...said } = sayAction(action);
  return { ...said, ...(dueAt === undefined ? {} : { until: time(dueAt) }) };
}

const aboutOf = (gate: Gate, { holdOnEverything }: Asking, of: GateAction | { digest: Digest }): About => ({
  gate: gate.name,
  digest: 'digest' in of ? of.digest : undefined,
  heldOn: holdOnEverything ? 'everything' : 'gate',
  approver: ruleOf(gate)?.role,
});

const promotionView = ({ digest, subject, sequence, unique, at, record }: KeptPromotion) => ({
  digest,
  subject,
  sequence,
  unique,
  at: time(at),
  ...(record ? { record } : {}),
});

export function candidateView(
  gate: Gate,
  book: GateBook,
  candidate: CandidateBook,
  asking: Asking,
): z.input<typeof candidateSeen> {
  const { now } = asking;
  const row = candidate.row.value;
  const state = stateFromLedger(gate, book, asking);
  const open = state.open.find(({ digest }) => digest === row.digest);
  const action = open && forCandidate(state, open, now);
  const approval = approvalView(ruleOf(gate), row, open && { state, candidate: open });
  const recall = recallOf(book.gate?.value.recalled, row);
  const about = {
    ...aboutOf(gate, asking, row),
    content: approval.approval?.about,
    recalled: recall !== undefined,
  };
  return {
    gate: gate.name,
    digest: row.digest,
    sequence: row.sequence,
    seenSince: time(row.seenSince),
    ...(row.subject ? { subject: row.subject } : {}),
    ...(row.referrers ? { referrers: row.referrers } : {}),
    ...(row.manual ? { manual: { ...row.manual, at: time(row.manual.at) } } : {}),
    ...(recall ? { recalled: { ...whoOf(recall), why: recall.why, at: time(recall.at) } } : {}),
    ...(row.overrides ? { overrides: row.overrides.map(overrideView) } : {}),
    ...(row.settled
      ? {
          state: 'settled',
          settledAt: time(row.settled.at),
          outcome: row.settled.outcome,
          why: sayOutcome(row.settled.outcome),
        }
      : { state: 'open' }),
    ...(row.settled && row.again ? { askedAgainSince: time(row.again.since) } : {}),
    ...(action ? { next: nextView(action) } : {}),
    canBeDone: row.settled ? adviceOnOutcome(row.settled.outcome, about) : action ? adviceOnAction(action, about) : [],
    ...approval,
    ...(row.trouble && row.trouble.retryAt > now
      ? { trouble: { message: row.trouble.message, retryAt: time(row.trouble.retryAt) } }
      : {}),
    evidence: Object.fromEntries(
      Object.entries(evidenceByCheck(candidate)).map(([check, evidence]) => [
        check,
        evidenceView(gate, row.digest, check, evidence),
      ]),
    ),
  };
}

const overrideView = ({ skip, by, why, at, agreed }: Override) => ({
  skip,
  by,
  why,
  at: time(at),
  ...(agreed ? { agreed: { ...agreed, at: time(agreed.at) } } : {}),
});

/** The upstream and the stable tag are taken to be as they were at the last look. */
export function stateFromLedger(
  gate: Gate,
  book: GateBook,
  { holdOnEverything, freezeOnEverything }: Asking,
): GateState {
  const row = book.gate?.value;
  return gateStateOf(gate, book, {
    upstream: row?.upstream ? { kind: 'at', digest: row.upstream.digest } : { kind: 'gone' },
    // What the stable tag names was not asked; a drift that is known is said beside.
    stable: row?.current?.subject,
    holdOnEverything,
    freeze: freezeOnEverything,
  });
}

function evidenceView(gate: Gate, digest: string, check: string, evidence: Evidence): EvidenceSeen {
  const log = evidence.runId ? { log: logAddress(gate.name, digest, check) } : {};
  const base = {
    attempt: evidence.attempt,
    ...(evidence.runId ? { runId: evidence.runId } : {}),
    startedAt: time(evidence.startedAt),
    ...log,
  };
  if (evidence.state === 'running') return { ...base, state: 'running', deadlineAt: time(evidence.deadlineAt) };
  const { verdict, reasons, digest: subject, platform, tool, isolation, finishedAt, expiresAt, report } = evidence;
  const asked = { digest: subject, platform, tool, ...(isolation ? { isolation } : {}) };
  return {
    ...base,
    ...{ state: 'done', verdict, reasons, ...asked, finishedAt: time(finishedAt) },
    ...(expiresAt === undefined ? {} : { expiresAt: time(expiresAt) }),
    ...(report === undefined ? {} : { report: reportAddress(gate.name, digest, check) }),
  };
}
