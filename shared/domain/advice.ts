/**
 * What a person can do about anything that waits, is under way or has ended: each way on, whose it is, and what to type.
 *
 * Pure, and complete: every outcome, every reason and every action has its answer, or this does not compile. Nothing here skips a check.
 */
import { z } from 'zod';
import type { GateAction } from './gate-action-kinds.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { Digest } from './reference.ts';
import { ROLES, type Role } from './roles.ts';

export const canBeDone = z.strictObject({
  what: z.string(),
  by: z.enum([...ROLES, 'policy']).describe('The app role that it needs; `policy`: whoever may change the policy.'),
  command: z.string().describe('To type; what stands in angle brackets is yours to say.'),
});
export type CanBeDone = z.infer<typeof canBeDone>;

/** What is talked about. */
export interface About {
  gate: string;
  /** Missing: the gate itself. */
  digest?: Digest | undefined;
  /** Whose hold counts. */
  heldOn?: 'gate' | 'everything' | undefined;
  /** Who may approve there. */
  approver?: Role | undefined;
  /** Names what there is to agree to. */
  content?: string | undefined;
  /** Its permission was taken away after it was promoted. */
  recalled?: boolean | undefined;
}

export function adviceOnOutcome(outcome: Outcome, about: About): CanBeDone[] {
  const { lift, promote, recall, recheck, verify, inPolicy } = ways(about);
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
  const { abort, hold, log, promoteTag, recall } = ways(about);
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
    ways(about);
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

/** Each way on, with the words that are typed for it; those that are about a digest are none where there is none. */
function ways({ gate, digest, heldOn, approver = 'release-manager', content }: About) {
  const type = (...words: string[]) => ['gated-import', ...words].join(' ');
  const because = (...words: string[]) => `${type(...words)} --reason '${WHY}'`;
  const onDigest = (make: (one: Digest) => CanBeDone): CanBeDone[] => (digest ? [make(digest)] : []);
  const held = heldOn === 'everything' ? [] : [gate];
  return {
    inPolicy: (what: string): CanBeDone => ({ what, by: 'policy', command: type('what-if', '<policy folder>') }),
    promote: (what: string): CanBeDone => ({
      what,
      by: 'operator',
      command: because('promote', gate, ...(digest ? [digest] : [])),
    }),
    promoteTag: (what: string): CanBeDone => ({ what, by: 'operator', command: because('promote', gate) }),
    otherDigest: {
      what: 'have another digest of the upstream checked and promoted',
      by: 'operator',
      command: because('promote', gate, '<digest>'),
    } satisfies CanBeDone,
    hold: (what: string): CanBeDone => ({ what, by: 'operator', command: because('hold', gate) }),
    resume: {
      what: heldOn === 'everything' ? 'lift the hold on everything' : 'lift the hold',
      by: 'operator',
      command: because('resume', ...held),
    } satisfies CanBeDone,
    thaw: {
      what: 'end the freeze, if a person froze everything',
      by: 'operator',
      command: because('thaw'),
    } satisfies CanBeDone,
    recall: {
      what: 'take its permission away: the newest earlier one that passes takes its place',
      by: 'operator',
      command: because('recall', gate, digest ?? '<digest>'),
    } satisfies CanBeDone,
    lift: {
      what: 'lift the recall, if it was a mistake; not by the operator who recalled it',
      by: 'operator',
      command: because('recall', gate, digest ?? '<digest>', '--lift'),
    } satisfies CanBeDone,
    verify: {
      what: 'see its signed record',
      by: 'viewer',
      command: type('verify', '<reference>', '--key', '<file>'),
    } satisfies CanBeDone,
    recheck: (what: string) => onDigest((of) => ({ what, by: 'operator', command: because('recheck', gate, of) })),
    abort: onDigest((of) => ({ what: 'stop it', by: 'operator', command: because('abort', gate, of) })),
    log: (check: string | undefined) =>
      onDigest((of) => ({
        what: check === undefined ? 'follow the log' : `read the log of "${check}"`,
        by: 'viewer',
        command: type('log', gate, of, ...(check === undefined ? ['--follow'] : [check])),
      })),
    override: (wait: 'soak' | 'freeze') =>
      onDigest((of) => ({
        what: `let it skip the ${wait}: two people have to ask for it`,
        by: 'operator',
        command: because('override', gate, of, '--skip', wait),
      })),
    decide: (what: string) => {
      const seen = content === undefined ? [] : ['--about', content];
      return [
        ...onDigest((of) => ({
          what: `${what}; not by whoever asked for it`,
          by: approver,
          command: because('approve', gate, of, ...seen),
        })),
        ...onDigest((of) => ({ what: 'refuse it', by: approver, command: because('refuse', gate, of) })),
      ];
    },
  };
}

/** Stands for a reason; the command line takes it for none. */
export const WHY = '<why>';
