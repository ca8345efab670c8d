/** What the API says of the approval of a candidate: how many are needed, who gave theirs, which are void and why, and until when. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { contentOf } from '../../shared/domain/approval-content.ts';
import {
  coversNow,
  requestersOf,
  standingOf,
  type Approval,
  type ApprovalRule,
  type Approvals,
  type Covers,
  type Standing,
} from '../../shared/domain/approvals.ts';
import type { Candidate, GateState } from '../../shared/domain/gate-state.ts';
import { whoOf } from '../../shared/domain/person.ts';
import { canonicalJson } from '../../shared/domain/policy/canonical-json.ts';
import type { CandidateRow } from '../../shared/ledger/gate-rows.ts';
import type { approvalRule, approvalSeen } from './schemas/approval.ts';
import { isoTime } from './schemas/common.ts';

export const approvalRuleView = ({ quorum, role, expiresMs }: ApprovalRule): z.input<typeof approvalRule> => ({
  needed: quorum,
  role,
  expiresSeconds: expiresMs / 1000,
});

/** `open`: missing once it is settled, and then nothing that changes any more makes an approval void. Nothing where nobody was ever asked. */
export function approvalView(
  rule: ApprovalRule | undefined,
  row: Pick<CandidateRow, 'approvals' | 'requestedBy' | 'overrides'>,
  open: { state: GateState; candidate: Candidate } | undefined,
): { approval?: z.input<typeof approvalSeen> } {
  const { approvals } = row;
  if (!rule && !approvals) return {};
  const content = open && contentOf(open.state, open.candidate);
  const covers = content && coversNow(content);
  const standing = rule && content ? standingOf(rule, open.candidate, content) : asKept(approvals);
  const { since, refused } = approvals ?? {};
  const approval = {
    ...(rule ? { needed: rule.quorum, role: rule.role } : {}),
    given: standing.counting.map(personView),
    void: standing.void.map(({ approval: one, because }) => ({ ...personView(one), because })),
    ...(refused ? { refused: personView(refused) } : {}),
    notBy: requestersOf(row),
    ...(since === undefined ? {} : { since: isoTime(since) }),
    ...(standing.until === undefined ? {} : { until: isoTime(standing.until) }),
    ...(covers && !('lacking' in covers) ? { about: aboutOf(covers) } : {}),
  };
  return { approval };
}

const asKept = (approvals: Approvals | undefined): Standing => ({
  counting: (approvals?.given ?? []).filter((one) => one.void === undefined),
  void: (approvals?.given ?? []).flatMap((one) =>
    one.void === undefined ? [] : [{ approval: one, because: one.void }],
  ),
});

const personView = ({ why, at, ...who }: Pick<Approval, 'by' | 'name' | 'why' | 'at'>) => ({
  ...whoOf(who),
  why,
  at: isoTime(at),
});

/** Short enough to be copied by hand: it tells contents of one candidate apart, and protects nothing. */
export const aboutOf = (covers: Covers): string =>
  createHash('sha256').update(canonicalJson(covers)).digest('hex').slice(0, 16);
