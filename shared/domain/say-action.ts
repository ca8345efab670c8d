/** What a gate does next with a candidate, or waits for: in words for a person. */
import type { GateAction } from './gate-action-kinds.ts';
import { sayOutcome, sayReason } from './outcome.ts';

export interface SaidAction {
  action: GateAction['kind'];
  why: string;
  /** When a rest ends by itself, in epoch milliseconds. */
  dueAt?: number;
}

export function sayAction(action: GateAction): SaidAction {
  switch (action.kind) {
    case 'rest':
      return {
        action: 'rest',
        why: sayReason(action.reason),
        ...(action.dueAt === undefined ? {} : { dueAt: action.dueAt }),
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
    case 'ask-again':
      return { action: 'ask-again', why: 'the checks of the current digest are to be asked again' };
    case 'conclude':
      return { action: 'conclude', why: 'the checks of the current digest were asked again' };
    case 'announce-drift':
      return { action: 'announce-drift', why: 'the stable tag names what this gate did not promote' };
    case 'drop':
      return { action: 'drop', why: sayReason(action.reason) };
  }
}
