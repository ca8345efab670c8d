/**
 * What a person can do about anything that waits, is under way or has ended: which of the ways on (`ways-on.ts`) are open.
 *
 * Pure, and complete: every outcome, every reason and every action has its answer, or this does not compile. Nothing here skips a check.
 */
import type { GateAction } from './gate-action-kinds.ts';
import type { Outcome, Reason } from './outcome.ts';
import { waysOn, type About, type CanBeDone } from './ways-on.ts';

export function adviceOnOutcome(outcome: Outcome, about: About): CanBeDone[] {
  const { lift, promote, recall, recheck, verify, inPolicy } = waysOn(about);
  switch (outcome.kind) {
    case 'promoted':
      return about.recalled
        ? [verify, lift]
        : [verify, ...recheck('ask every check again, while it is the current one'), recall];
    case 'superseded':
      return [promote('have it checked and promoted all the same, over the later one')];
    case 'observed':
      return [
        inPolicy('take "mode: observe" out of the gate, so that it promotes'),
        promote('have it checked again and promoted, once the gate does more than observe'),
      ];
    case 'rejected':
    case 'failed':
      return adviceOnReason(outcome.reason, about);
  }
}

export function adviceOnAction(action: GateAction, about: About): CanBeDone[] {
  const { abort, hold, log, promoteTag, recall } = waysOn(about);
  switch (action.kind) {
    case 'rest':
      return adviceOnReason(action.reason, about);
    case 'settle':
      return adviceOnOutcome(action.outcome, about);
    case 'record-approvals':
      return adviceOnReason({ kind: 'approval-wanted', ...action.reason }, about);
    case 'watch':
      return [...log(undefined), ...abort];
    case 'intake':
    case 'check':
      return abort;
    case 'promote':
    case 'restore':
      return [hold('stop it before the stable tag moves'), ...abort];
    case 'ask-again':
    case 'conclude':
      return [recall];
    case 'follow':
      return [hold('stop what is built on it and deployed')];
    case 'put-back':
    case 'drop':
      return [hold('stop what comes after it')];
    case 'announce-drift':
      return [promoteTag('find out who moved the stable tag; the next promotion puts it right')];
  }
}

export function adviceOnReason(reason: Reason, about: About): CanBeDone[] {
  const { abort, decide, inPolicy, lift, log, otherDigest, override, promote, promoteTag, recheck, resume, thaw } =
    waysOn(about);
  switch (reason.kind) {
    case 'nothing-to-do':
      return [promoteTag('have what the upstream tag names now checked and promoted')];
    case 'soaking':
      return [
        ...(reason.fastLane === undefined ? [] : decide('take the fast lane')),
        ...override('soak'),
        ...abort,
        inPolicy('make "soak" shorter'),
      ];
    case 'frozen':
      return [...override('freeze'), thaw, ...abort, inPolicy('change the "freeze" windows')];
    case 'held':
      return [resume, ...abort];
    case 'upstream-unreachable':
      return [
        promote('ask the upstream again at once'),
        inPolicy('put its login under "upstreams", or correct "from", if it refuses to answer'),
      ];
    case 'checking-again':
      return [...log(reason.checks[0]), ...recheck('ask every check again at once'), ...abort];
    case 'trouble':
      return [...recheck('try again at once, when the service is mended'), ...abort];
    case 'approval-wanted':
      return decide('agree to it');
    case 'current-recalled':
      return [...(about.heldOn === 'everything' ? [resume] : []), otherDigest, lift];
    case 'check-failed':
      return [
        ...log(reason.checks[0]),
        ...recheck('ask every check again, if it was the surroundings that failed'),
        inPolicy('change the check; a candidate that is still upstream is then asked again by itself'),
      ];
    case 'undecided':
      return [
        ...log(reason.checks[0]),
        ...recheck('ask every check again, when what kept it from a verdict is mended'),
        inPolicy('correct the check, if it can never answer'),
      ];
    case 'withdrawn':
      return [
        promote('have it checked and promoted all the same, if the upstream still has the digest'),
        inPolicy('write "whenReplaced: keep", so that this gate gives nothing up'),
      ];
    case 'aborted':
      return [...recheck('have it checked again'), promote('have it checked and promoted after all')];
    case 'recalled':
      return [otherDigest, lift];
    case 'approval-refused':
      return [
        promote('ask for it again: it is checked again, and somebody else has to approve'),
        inPolicy('change what it was refused for; the next digest of the upstream is asked about by itself'),
      ];
    case 'approval-expired':
      return [
        promote('ask for it again: the wait begins anew, and somebody else has to approve'),
        inPolicy('make "approval.expires" longer'),
      ];
    case 'unusable':
      return [
        inPolicy('correct "platforms" or "from", if the policy asks for what is not there'),
        ...recheck('take it in again, when that is corrected'),
      ];
  }
}
