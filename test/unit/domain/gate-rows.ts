/** What the tables of the gate's decision share: the actions they expect, in short. */
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import type { GateState } from '../../../shared/domain/gate-state.ts';
import type { Reason } from '../../../shared/domain/outcome.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { A, MINUTE, NOW } from './gate-builders.ts';

/** One line of the rules: what it says, a state in which it applies, and what is done then. */
export type Row = [sentence: string, state: GateState, action: GateAction];

export const promote = (digest: Digest = A, sequence = 1): GateAction => ({ kind: 'promote', digest, sequence });

export const rejected = (reason: Reason): GateAction => ({
  kind: 'settle',
  digest: A,
  outcome: { kind: 'rejected', reason },
});

export const superseded = (by: number): GateAction => ({
  kind: 'settle',
  digest: A,
  outcome: { kind: 'superseded', by },
});

export const held = { by: 'ada', why: 'release week', at: NOW - MINUTE };
export const heldReason: Reason = { kind: 'held', by: 'ada', why: 'release week' };

export const busy = { message: 'the registry is busy', times: 2, retryAt: NOW + MINUTE };
export const inTrouble = (digest: Digest = A): GateAction => ({
  kind: 'rest',
  reason: { kind: 'trouble', message: busy.message },
  dueAt: busy.retryAt,
  digest,
});
