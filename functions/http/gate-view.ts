/** What the API says of a gate and its candidates. From the ledger alone: asking costs the upstream nothing. */
import type { z } from 'zod';
import { forCandidate, nextGateAction, type GateAction } from '../../shared/domain/gate-action.ts';
import type { PersonFreeze } from '../../shared/domain/freeze.ts';
import { ruleOf } from '../../shared/domain/approvals.ts';
import type { Evidence, GateState, Hold, Override } from '../../shared/domain/gate-state.ts';
import { sayReason, type Outcome } from '../../shared/domain/outcome.ts';
import type { Gate } from '../../shared/domain/policy.ts';
import { formatReference } from '../../shared/domain/reference.ts';
import {
  evidenceByCheck,
  newGate,
  type CandidateBook,
  type GateBook,
  type KeptPromotion,
} from '../../shared/ledger/gate-book.ts';
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
    ...(row.drift && Object.keys(row.drift).length > 0 ? { drift: row.drift } : {}),
    ...(everything ? { holdOnEverything: { ...everything, at: time(everything.at) } } : {}),
    ...(freeze && freeze.until > asking.now
      ? { freezeOnEverything: { ...freeze, at: time(freeze.at), until: time(freeze.until) } }
      : {}),
    next: resting
      ? {
          action: 'rest',
          why: sayReason(resting.reason),
          ...(resting.dueAt === undefined ? {} : { until: time(resting.dueAt) }),
        }
      : sayAction(nextGateAction(stateFromLedger(gate, book, asking), asking.now)),
    open: [...book.open.keys()],
  };
}

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
  return {
    gate: gate.name,
    digest: row.digest,
    sequence: row.sequence,
    seenSince: time(row.seenSince),
    ...(row.subject ? { subject: row.subject } : {}),
    ...(row.referrers ? { referrers: row.referrers } : {}),
    ...(row.manual ? { manual: { ...row.manual, at: time(row.manual.at) } } : {}),
    ...(row.overrides ? { overrides: row.overrides.map(overrideView) } : {}),
    ...(row.settled
      ? {
          state: 'settled',
          settledAt: time(row.settled.at),
          outcome: row.settled.outcome,
          why: sayOutcome(row.settled.outcome),
        }
      : { state: 'open' }),
    ...(open ? { next: sayAction(forCandidate(state, open, now)) } : {}),
    ...approvalView(ruleOf(gate), row, open && { state, candidate: open }),
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

export function sayOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'promoted':
      return outcome.unique ? `promoted as ${outcome.unique}` : 'promoted';
    case 'observed':
      return 'would have been promoted; the gate only observes';
    case 'superseded':
      return `superseded by number ${outcome.by}`;
    case 'rejected':
    case 'failed':
      return sayReason(outcome.reason);
  }
}

function sayAction(action: GateAction): { action: string; why: string; until?: string } {
  switch (action.kind) {
    case 'rest':
      return {
        action: 'rest',
        why: sayReason(action.reason),
        ...(action.dueAt === undefined ? {} : { until: time(action.dueAt) }),
      };
    case 'settle':
      return { action: 'settle', why: sayOutcome(action.outcome) };
    case 'check':
      return { action: 'check', why: `to be checked: ${action.checks.map(({ check }) => check).join(', ')}` };
    case 'watch':
      return { action: 'watch', why: 'a check is under way' };
    case 'record-approvals':
      return {
        action: 'record-approvals',
        why: `it ${sayReason({ kind: 'approval-wanted', ...action.reason })}`,
      };
    case 'intake':
      return { action: 'intake', why: 'it is not in the quarantine registry yet' };
    case 'promote':
      return { action: 'promote', why: 'every check passed and nothing holds it' };
    case 'follow':
      return { action: 'follow', why: 'what depends on the promotion is to be asked' };
    case 'put-back':
      return { action: 'put-back', why: 'a late attempt of this gate is under the stable tag' };
    case 'restore':
      return { action: 'restore', why: `it takes the place of ${action.restores.over}, which was recalled` };
    case 'announce-drift':
      return { action: 'announce-drift', why: 'the stable tag names what this gate did not promote' };
    case 'drop':
      return { action: 'drop', why: sayReason(action.reason) };
  }
}
