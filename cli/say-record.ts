/** What a verified record says, in lines for a person. */
import type { PromotionRecord } from '../shared/domain/record/statement.ts';
import { oneLine } from './one-line.ts';

export function sayRecord(record: PromotionRecord): string[] {
  const {
    gate,
    upstream,
    stable,
    unique,
    previous,
    sequence,
    attempt,
    policy,
    evidence,
    approvals,
    referrers = [],
  } = record;
  return [
    line('gate', `${gate}, promotion ${sequence}, attempt ${attempt}`),
    line('upstream', `${upstream.reference}, at ${upstream.digest}`),
    line('promoted to', `${stable}, as ${unique} for good`),
    line('before it', previous ?? 'nothing'),
    line('seen since', record.seenSince),
    line('decided', `${record.decidedAt}, under policy ${policy}`),
    ...evidence.map((one) =>
      line(
        'check',
        `${one.check}: ${one.verdict} on ${one.platform}, of ${one.digest}, by ${one.tool}` +
          `${one.isolation === 'none' ? ', without a sandbox' : ''}${one.run === undefined ? '' : `, run ${one.run}`}, ${one.finishedAt}`,
      ),
    ),
    ...(evidence.length === 0 ? [line('check', 'none: the gate asked for none')] : []),
    ...(record.unchecked ? [line('unchecked', record.unchecked.join(', '))] : []),
    ...approvals.map(({ by, role, at }) =>
      line('approved', `by ${by}${role === undefined ? '' : ` as ${role}`}, ${at}`),
    ),
    ...(approvals.length === 0 ? [line('approved', 'by nobody: none is recorded')] : []),
    ...referrers.map(({ digest, subject, artifactType = 'of no type' }) =>
      line('with it', `${artifactType}, ${digest}${subject === record.subject ? '' : `, attached to ${subject}`}`),
    ),
    line('key', record.key),
  ].map(oneLine);
}

const LABEL = 12;
const line = (label: string, text: string): string => `  ${label.padEnd(LABEL)} ${text}`;
