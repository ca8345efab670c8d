/** What there is for a gate to do: one kind for each step of its story. `gate-action.ts` says when. */
import type { ApprovalReason } from './approvals.ts';
import type { StartCheck } from './gate-checks.ts';
import type { Outcome, Reason, Standing } from './outcome.ts';
import type { Restores } from './recall.ts';
import type { Digest } from './reference.ts';

export type GateAction =
  | { kind: 'intake'; digest: Digest }
  | { kind: 'check'; digest: Digest; checks: StartCheck[] }
  | { kind: 'watch'; seconds: number }
  /** Nothing but approval is missing, or an approval has become void: remembered before it is waited for. */
  | { kind: 'record-approvals'; digest: Digest; reason: ApprovalReason }
  | { kind: 'promote'; digest: Digest; sequence: number }
  | { kind: 'follow' }
  /** Over an attempt of this gate that reached the stable tag after it was overtaken. */
  | { kind: 'put-back'; current: Digest; over: Digest }
  /** An earlier promotion is opened again, to take the place of a recalled one. */
  | { kind: 'restore'; digest: Digest; sequence: number; restores: Restores }
  | { kind: 'announce-drift'; found: Digest | 'none' }
  | { kind: 'drop'; attempt: number; reason: Reason }
  | { kind: 'settle'; digest: Digest; outcome: Outcome }
  /** The checks of the current one have to be asked again. */
  | { kind: 'ask-again'; digest: Digest }
  /** They were, or that is given up. */
  | { kind: 'conclude'; digest: Digest; found: Standing }
  /** `lookAgainAt`: something else is due before that. */
  | { kind: 'rest'; reason: Reason; dueAt?: number; lookAgainAt?: number; digest?: Digest };
