/** What the API says of gates and their candidates. */
import { z } from 'zod';
import { outcome as outcomeSchema, verdict } from '../../../shared/domain/outcome.ts';
import { tag } from '../../../shared/domain/reference.ts';
import { canBeDone as canBeDoneSchema } from '../../../shared/domain/ways-on.ts';
import { approvalRule, approvalSeen } from './approval.ts';
import { asked, digest, next, nextPage, time } from './common.ts';

const outcome = outcomeSchema.meta({ id: 'Outcome' });
const canBeDone = z
  .array(canBeDoneSchema.meta({ id: 'CanBeDone' }))
  .describe('What a person can do about it, and what to type.');
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
  recallProposed: z
    .strictObject({ digest, why: z.string(), since: time })
    .optional()
    .describe('The current digest does not pass the checks of today; it stays until a person recalls it.'),
  approval: approvalRule.optional().describe('Missing: nobody is asked.'),
  mode: z.literal('observe').optional().describe('It promotes nothing.'),
  shadow: z
    .strictObject({ digest, sequence: z.int(), at: time })
    .optional()
    .describe('What an observing gate would have promoted last.'),
  drift: z
    .record(tag, z.union([digest, z.literal('none')]))
    .optional()
    .describe('Tags that were found to name something else than this gate had promoted to them, and what.'),
  hold: asked.optional().describe('Of this gate.'),
  holdOnEverything: asked.optional(),
  freezeOnEverything: z.strictObject({ ...asked.shape, until: time }).optional(),
  next,
  canBeDone,
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

const override = z
  .strictObject({
    skip: z.enum(['soak', 'freeze']),
    ...asked.shape,
    agreed: asked.optional().describe('By another person; without it, it does not count yet.'),
  })
  .meta({ id: 'Override' });

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
  recalled: asked.optional().describe('Its permission was taken away.'),
  overrides: z.array(override).optional(),
  state: z.enum(['open', 'settled']),
  settledAt: time.optional(),
  askedAgainSince: time.optional().describe('It is the current one, and its checks are being asked again.'),
  outcome: outcome.optional(),
  why: z.string().optional(),
  next: next.optional(),
  canBeDone,
  approval: approvalSeen.optional().describe('Where the gate asks for it.'),
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
