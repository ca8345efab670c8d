/** What the API says of gates and their candidates. */
import { z } from 'zod';
import { outcome as outcomeSchema, verdict } from '../../../shared/domain/outcome.ts';
import { tag } from '../../../shared/domain/reference.ts';
import { asked, digest, next, nextPage, time } from './common.ts';

const outcome = outcomeSchema.meta({ id: 'Outcome' });
const promotion = z
  .strictObject({
    digest: digest.describe('The upstream digest.'),
    subject: digest.describe('What was checked and promoted: the same, or the manifest of one platform.'),
    sequence: z.int(),
    unique: tag,
    at: time,
    record: digest
      .optional()
      .describe('The manifest of its signed record; none when it was promoted before there were records.'),
  })
  .meta({ id: 'Promotion' });

const gateFields = {
  name: z.string(),
  from: z.string(),
  to: z.string(),
  checks: z.array(z.strictObject({ name: z.string(), kind: z.string() })),
  upstream: z.strictObject({ digest, since: time, sequence: z.int() }).optional(),
  current: promotion.optional(),
  previous: promotion.optional(),
  hold: asked.optional().describe('Of this gate.'),
  holdOnEverything: asked.optional(),
  next,
  open: z.array(digest).describe('Candidates that are not settled.'),
};
export const gateSeen = z.strictObject(gateFields).meta({ id: 'Gate' });

const evidenceFields = {
  attempt: z.int(),
  runId: z.string().optional(),
  startedAt: time,
  log: z.string().optional().describe('The address of the log of its run.'),
};
const evidence = z
  .discriminatedUnion('state', [
    z.strictObject({ state: z.literal('running'), ...evidenceFields, deadlineAt: time }),
    z.strictObject({
      state: z.literal('done'),
      ...evidenceFields,
      verdict,
      reasons: z.array(z.string()),
      digest,
      platform: z.string(),
      tool: z.string(),
      finishedAt: time,
      isolation: z.literal('none').optional().describe('It was asked without a sandbox.'),
      expiresAt: time.optional().describe('From when on it counts no longer.'),
      report: z.string().optional().describe('The address of what it found.'),
    }),
  ])
  .meta({ id: 'Evidence' });

export type EvidenceSeen = z.input<typeof evidence>;

const candidateFields = {
  gate: z.string(),
  digest,
  sequence: z.int(),
  seenSince: time,
  subject: digest.optional(),
  referrers: z
    .strictObject({ copied: z.int(), left: z.int(), why: z.array(z.string()) })
    .optional()
    .describe(
      'Signatures, SBOMs and attestations that were copied with it, how many were not, and the first reasons why.',
    ),
  manual: asked.optional(),
  state: z.enum(['open', 'settled']),
  settledAt: time.optional(),
  outcome: outcome.optional(),
  why: z.string().optional(),
  next: next.optional(),
  trouble: z.strictObject({ message: z.string(), retryAt: time }).optional(),
  evidence: z.record(z.string(), evidence),
};
export const candidateSeen = z.strictObject(candidateFields).meta({ id: 'Candidate' });
export const candidateWithLineage = z.strictObject({
  ...candidateFields,
  lineage: z
    .array(z.strictObject({ image: z.string(), digest, number: z.int(), at: time }))
    .describe('The versions of images that stand on it, by the proof of their layers.'),
});

export const gateList = z.strictObject({ gates: z.array(gateSeen) });
export const gateWithCandidates = z.strictObject({ ...gateFields, candidates: z.array(candidateSeen) });
export const candidatePage = z.strictObject({ candidates: z.array(candidateSeen), next: nextPage });
