/**
 * Who has agreed to a candidate, whether that still counts, and until when is waited for the rest. Pure.
 *
 * An approval is for what its giver could see: one digest, and the verdict of each check under its hash. When one of these changes it is void
 * for good, also if all is as before later on. A check that was asked again and said the same changes nothing.
 */
import { z } from 'zod';
import { verdict } from './outcome.ts';
import { person, whoOf, type Who } from './person.ts';
import { digest, type Digest } from './reference.ts';
import { mayAct, role } from './roles.ts';

export const approvalRule = z.object({
  /** So many different people. */
  quorum: z.number(),
  role,
  /** How long is waited for them. */
  expiresMs: z.number(),
});
export type ApprovalRule = z.infer<typeof approvalRule>;

const covers = z.object({ subject: digest, checks: z.record(z.string(), z.object({ hash: z.string(), verdict })) });
export type Covers = z.infer<typeof covers>;

/** What there is to agree to now. A check without a verdict is being asked, or will be. */
export interface Content {
  subject: Digest | undefined;
  checks: Record<string, { hash: string; verdict?: z.infer<typeof verdict> }>;
}

export const approval = z.object({
  ...person,
  /** What its giver held then. */
  role,
  covers,
  /** Why it counts no longer, once that was found. */
  void: z.string().optional(),
});
export type Approval = z.infer<typeof approval>;

/** All that people have said about one opening of a candidate. */
export const approvals = z.object({
  /** Start of the wait: when nothing but approval was missing for the first time. */
  since: z.number().optional(),
  /** One for each person: the last. */
  given: z.array(approval),
  refused: z.object(person).optional(),
});
export type Approvals = z.infer<typeof approvals>;

/** What is decided about, as far as approvals go. */
export interface Approvable {
  approvals?: Approvals | undefined;
  /** Everybody who asked for its promotion in this opening. */
  requestedBy?: string[] | undefined;
  /** Who asked that it skip a wait. */
  overrides?: { by: string }[] | undefined;
}

/** Whoever asked for it does not approve it. */
export const requestersOf = ({ requestedBy = [], overrides = [] }: Approvable): string[] => [
  ...new Set([...requestedBy, ...overrides.map(({ by }) => by)]),
];

const WEEK_MS = 7 * 86_400_000;
/** Without a rule of its own a gate still takes approvals where its fast lane asks for them. */
export const ruleOf = ({
  approval,
  fastLane,
}: {
  approval?: ApprovalRule | undefined;
  fastLane?: object | undefined;
}): ApprovalRule | undefined => approval ?? (fastLane && { quorum: 0, role: 'release-manager', expiresMs: WEEK_MS });

/** More would not fit into the row of a candidate; no quorum needs that many. */
export const MOST_APPROVALS = 20;

export interface Standing {
  counting: Approval[];
  /** Those that do not count, and why. */
  void: { approval: Approval; because: string }[];
  /** Epoch milliseconds; missing while something else is waited for. */
  until?: number;
}

/** What has been said, as it counts now. */
export function standingOf(rule: ApprovalRule, candidate: Approvable, content: Content): Standing {
  const { since, given } = candidate.approvals ?? { given: [] };
  const standing: Standing = {
    counting: [],
    void: [],
    ...(since === undefined ? {} : { until: since + rule.expiresMs }),
  };
  for (const approval of given) {
    const because = voidBecause(approval, rule, candidate, content);
    if (because !== undefined) standing.void.push({ approval, because });
    else if (!standing.counting.some(({ by }) => by === approval.by)) standing.counting.push(approval);
  }
  return standing;
}

export type ApprovalReason = { needed: number; given: number; role: ApprovalRule['role'] };

export type ApprovalStep =
  | { kind: 'approved' }
  /** The wait begins now, or an approval has become void: written down before anything else, since both outlast what they came from. */
  | { kind: 'record'; reason: ApprovalReason }
  | { kind: 'wait'; reason: ApprovalReason; until: number }
  | { kind: 'expired'; reason: ApprovalReason };

/** What approval asks for, of a candidate that lacks nothing else. */
export function approvalStep(rule: ApprovalRule, candidate: Approvable, content: Content, now: number): ApprovalStep {
  const { counting, until } = standingOf(rule, candidate, content);
  const reason = { needed: rule.quorum, given: counting.length, role: rule.role };
  if (recorded(rule, candidate, content, now) !== candidate.approvals) return { kind: 'record', reason };
  if (counting.length >= rule.quorum) return { kind: 'approved' };
  if (until === undefined || until <= now) return { kind: 'expired', reason };
  return { kind: 'wait', reason, until };
}

/**
 * With what is to be remembered of this moment: the start of the wait, and which approvals the change of content has made void. The same
 * object when there is nothing new. Approvals that were enough and are void now begin another wait.
 */
export function recorded(rule: ApprovalRule, candidate: Approvable, content: Content, now: number): Approvals {
  const before = candidate.approvals ?? { given: [] };
  const given = before.given.map((one) => withVoid(one, content));
  const isNew = given.some((one, index) => one !== before.given[index]);
  const wasEnough = isNew && before.given.filter((one) => one.void === undefined).length >= rule.quorum;
  const since = before.since === undefined || wasEnough ? now : before.since;
  return isNew || since !== before.since ? { ...before, since, given } : before;
}

/** Why it counts no longer; `undefined`: it counts. */
function voidBecause(
  { by, role: held, covers: covered, ...one }: Approval,
  rule: ApprovalRule,
  candidate: Approvable,
  content: Content,
): string | undefined {
  if (one.void !== undefined) return one.void;
  if (requestersOf(candidate).includes(by)) return 'whoever asked for the promotion does not approve it';
  if (!mayAct([held], rule.role)) return `it was given as "${held}", and the gate asks for "${rule.role}"`;
  return changeOf(covered, content);
}

const withVoid = (one: Approval, content: Content): Approval => {
  const because = one.void === undefined ? changeOf(one.covers, content) : undefined;
  return because === undefined ? one : { ...one, void: because };
};

/** What is not as it was when somebody agreed; `undefined`: nothing. A check that is being asked has not changed what it said. */
export function changeOf({ subject, checks }: Covers, content: Content): string | undefined {
  if (subject !== content.subject)
    return `it was given for ${subject}, and ${content.subject ?? 'nothing'} would be promoted`;
  for (const [name, { hash, verdict: said }] of Object.entries(content.checks)) {
    const then = checks[name];
    if (!then) return `check "${name}" was not there`;
    if (then.hash !== hash) return `check "${name}" is another one now`;
    if (said !== undefined && then.verdict !== said)
      return `check "${name}" said ${then.verdict}, and says ${said} now`;
  }
  const gone = Object.keys(checks).find((name) => !Object.hasOwn(content.checks, name));
  return gone === undefined ? undefined : `check "${gone}" is not asked any more`;
}

/** What somebody agrees to now; while checks have not passed there is nothing to agree to, and these are they. */
export function coversNow({ subject, checks }: Content): Covers | { lacking: string[] } {
  const passed: Covers['checks'] = {};
  const lacking: string[] = [];
  for (const [name, { hash, verdict: said }] of Object.entries(checks)) {
    if (said === 'pass') passed[name] = { hash, verdict: said };
    else lacking.push(name);
  }
  return subject && lacking.length === 0 ? { subject, checks: passed } : { lacking };
}

/** One refusal is enough. */
export function refusalOf({ approvals: said }: Approvable): (Who & { why: string }) | undefined {
  if (!said?.refused) return undefined;
  return { ...whoOf(said.refused), why: said.refused.why };
}

/** The last word of a person takes the place of what they said before. */
export function withApproval(before: Approvals | undefined, one: Approval): Approvals {
  const given = [...(before?.given ?? []).filter(({ by }) => by !== one.by), one];
  // Where there are too many, a void one goes first.
  const tooMany = given.length > MOST_APPROVALS;
  const goes = tooMany ? (given.find((other) => other.void !== undefined) ?? given[0]) : undefined;
  return { ...before, given: given.filter((other) => other !== goes) };
}
