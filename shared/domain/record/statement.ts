/**
 * What a promotion record says: an in-toto statement about the promoted digest, with the evidence and the decision as its predicate.
 *
 * https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md . Only the fields of that page: `cosign verify-attestation` refuses a
 * statement with others. Nothing in it is believed before its signature was verified (`shared/record/bundle.ts`).
 */
import { z } from 'zod';
import { verdict } from '../outcome.ts';
import { digest, tag, type Digest } from '../reference.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** A name, not an address: `.example` belongs to nobody (RFC 2606), so nobody can put something else there. */
export const PREDICATE_TYPE = 'https://gated-import.example/promotion/v1';

/** ISO 8601 in UTC. */
const time = z.iso.datetime();

const evidence = z.object({
  check: z.string(),
  checkHash: z.string(),
  verdict,
  /** What was asked about, and on which platform. */
  digest,
  platform: z.string(),
  /** The image that asked. */
  tool: z.string(),
  run: z.string().optional(),
  isolation: z.literal('none').optional(),
  startedAt: time,
  finishedAt: time,
  expiresAt: time.optional(),
});
export type RecordedEvidence = z.infer<typeof evidence>;

/** `subject`: what it is attached to: the promoted digest, an image in it, or another one of these. */
const referrer = z.object({ digest, subject: digest, artifactType: z.string().optional() });
export type RecordedReferrer = z.infer<typeof referrer>;

const approval = z.object({ by: z.string(), role: z.string().optional(), why: z.string().optional(), at: time });
export type RecordedApproval = z.infer<typeof approval>;

export const promotionRecord = z.object({
  gate: z.string(),
  upstream: z.object({ reference: z.string(), digest }),
  /** What was checked and is promoted: the upstream digest, or the manifest of the one platform wanted. */
  subject: digest,
  stable: z.string(),
  unique: tag,
  /** What the gate had promoted before, or adopted; missing when there was nothing. */
  previous: digest.optional(),
  sequence: z.number().int(),
  attempt: z.number().int(),
  /** Hash over every file of the policy it was decided under. */
  policy: z.string(),
  evidence: z.array(evidence),
  /** Platforms of it that the policy promotes without asking. */
  unchecked: z.array(z.string()).optional(),
  approvals: z.array(approval),
  /** Signatures, SBOMs and attestations that were copied with it; missing when there are none, and in records that were made before this was. */
  referrers: z.array(referrer).optional(),
  /** Since when the upstream tag named it without a break, by the clock of this product. */
  seenSince: time,
  decidedAt: time,
  /** The version of the key that signed it, as the key vault names it. */
  key: z.string(),
});
export type PromotionRecord = z.infer<typeof promotionRecord>;

const statement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.object({ name: z.string().optional(), digest: z.object({ sha256: z.string() }) })).length(1),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: promotionRecord,
});

/** The bytes that are signed. `name`: the repository that it is promoted to. */
export function statementOf(record: PromotionRecord, { name }: { name: string }): Uint8Array {
  const content: z.input<typeof statement> = {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: hexOf(record.subject) } }],
    predicateType: PREDICATE_TYPE,
    predicate: record,
  };
  return new TextEncoder().encode(JSON.stringify(content));
}

export type ReadStatement = { kind: 'record'; record: PromotionRecord } | { kind: 'other'; problem: string };

/** Of bytes whose signature was verified. */
export function readStatement(bytes: Uint8Array): ReadStatement {
  const parsed = statement.safeParse(parseJson(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: 'other', problem: `it is no promotion record: ${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { subject, predicate } = parsed.data;
  if (subject[0]?.digest.sha256 !== hexOf(predicate.subject)) {
    return { kind: 'other', problem: 'its subject is another digest than its predicate speaks of' };
  }
  return { kind: 'record', record: predicate };
}

/** What two records of one decision share: all but when, and with which version of the key, it was signed. */
export function sameDecision(a: PromotionRecord, b: PromotionRecord): boolean {
  const decision = (record: PromotionRecord) => JSON.stringify({ ...record, decidedAt: '', key: '' });
  return decision(promotionRecord.parse(a)) === decision(promotionRecord.parse(b));
}

/** What a record must say to count for a promotion; what is left out may be anything. */
export interface Expected {
  subject: Digest;
  gate?: string;
  sequence?: number;
  unique?: string;
}

/** Everything that is wrong with it, in words; none: it counts. */
export function problemsOf(record: PromotionRecord, expected: Expected): string[] {
  const differs = (what: string, is: string | number, wanted: string | number | undefined) =>
    wanted === undefined || is === wanted ? [] : [`it is for ${what} ${is}, not ${wanted}`];
  return [
    ...differs('the digest', record.subject, expected.subject),
    ...differs('gate', record.gate, expected.gate),
    ...differs('promotion', record.sequence, expected.sequence),
    ...differs('the unique tag', record.unique, expected.unique),
    ...record.evidence
      .filter((one) => one.verdict !== 'pass')
      .map((one) => `check ${one.check} (${one.platform}) has the verdict ${one.verdict}`),
  ];
}

const hexOf = (of: Digest): string => of.slice('sha256:'.length);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined; // Refused by the schema, with the rest of what is no statement.
  }
}
