/** One of every reason, outcome and action there is. */
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import type { Outcome, Reason } from '../../../shared/domain/outcome.ts';
import { tag } from '../../../shared/domain/reference.ts';
import { A, B, subjectOf } from './gate-builders.ts';

/** Each kind has to be here, or this does not compile. */
type Every<T extends { kind: string }> = { [Kind in T['kind']]: Extract<T, { kind: Kind }> };

const person = { by: 'ada', why: 'it is broken' };
const approval = { needed: 2, given: 1, role: 'operator' as const };
const failing = { checks: ['functional'], details: ['exit code 1'] };

export const REASONS: Every<Reason> = {
  'nothing-to-do': { kind: 'nothing-to-do' },
  soaking: { kind: 'soaking' },
  frozen: { kind: 'frozen', why: 'by the policy: Fri 16:00 to Mon 08:00 (Europe/Berlin)' },
  held: { kind: 'held', ...person },
  'upstream-unreachable': { kind: 'upstream-unreachable', message: 'no answer' },
  'checking-again': { kind: 'checking-again', checks: ['functional'] },
  trouble: { kind: 'trouble', message: 'the registry answered 503' },
  'approval-wanted': { kind: 'approval-wanted', ...approval },
  'current-recalled': { kind: 'current-recalled', ...person, instead: 'no earlier promotion passes' },
  'check-failed': { kind: 'check-failed', ...failing },
  undecided: { kind: 'undecided', ...failing },
  withdrawn: { kind: 'withdrawn' },
  aborted: { kind: 'aborted', ...person },
  recalled: { kind: 'recalled', ...person },
  'approval-refused': { kind: 'approval-refused', ...person },
  'approval-expired': { kind: 'approval-expired', ...approval },
  unusable: { kind: 'unusable', message: 'it has no image for linux/amd64' },
};

export const OUTCOMES: Every<Outcome> = {
  promoted: { kind: 'promoted', unique: tag.parse('15-alpine-ca1') },
  superseded: { kind: 'superseded', by: 7 },
  observed: { kind: 'observed' },
  rejected: { kind: 'rejected', reason: REASONS['check-failed'] },
  failed: { kind: 'failed', reason: REASONS.unusable },
};

export const ACTIONS: Every<GateAction> = {
  intake: { kind: 'intake', digest: A },
  check: { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 1, tries: 1 }] },
  watch: { kind: 'watch', seconds: 5 },
  'record-approvals': { kind: 'record-approvals', digest: A, reason: approval },
  promote: { kind: 'promote', digest: A, sequence: 1 },
  follow: { kind: 'follow' },
  'put-back': { kind: 'put-back', current: subjectOf(A), over: subjectOf(B) },
  restore: {
    kind: 'restore',
    digest: A,
    sequence: 1,
    restores: { over: B, subject: subjectOf(A), unique: tag.parse('15-alpine-ca1') },
  },
  'ask-again': { kind: 'ask-again', digest: A },
  conclude: { kind: 'conclude', digest: A, found: { kind: 'propose-recall', reason: REASONS['check-failed'] } },
  'announce-drift': { kind: 'announce-drift', found: B },
  drop: { kind: 'drop', attempt: 1, reason: REASONS.held },
  settle: { kind: 'settle', digest: A, outcome: OUTCOMES.rejected },
  rest: { kind: 'rest', reason: REASONS.soaking, digest: A },
};
