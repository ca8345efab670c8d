/** The ways on that a person may have with a gate or a candidate: what each is for, whose it is, and what to type. */
import { z } from 'zod';
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

/** Stands for a reason; the command line takes it for none. */
export const WHY = '<why>';

/** Each way on, with the words that are typed for it; those that are about a digest are none where there is none. */
export function waysOn({ gate, digest, heldOn, approver = 'release-manager', content }: About) {
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
