/** The step catalogue: every activity a story may call, with the schema of what it takes and of what it answers. */
import { z } from 'zod';
import { gatePolicy } from '../shared/domain/gate-policy.ts';
import { gateLook } from '../shared/domain/gate-state.ts';
import { bases, imageLook, imageReason } from '../shared/domain/image-state.ts';
import { outcome, reason, standing } from '../shared/domain/outcome.ts';
import { restores } from '../shared/domain/recall.ts';
import { digest } from '../shared/domain/reference.ts';
import { rolloutLook, rolloutReason, wanted } from '../shared/domain/rollout-state.ts';
import { sweepEnd } from '../shared/domain/sweep-end.ts';
import { fanOut, step } from './story.ts';

const done = z.object({});
const again = z.object({ again: z.boolean() });
const promoting = z.object({ kind: z.enum(['done', 'lost']) });
const swept = z.object({
  started: z.array(z.string()),
  ended: z.array(z.string()),
  failed: z.array(z.string()).optional(),
  unreadable: z.array(z.string()).optional(),
});

/** Epoch milliseconds, from the story's clock. */
const at = z.number();
const gate = z.object({ gate: z.string() });
const candidate = gate.extend({ digest });
const candidateAt = candidate.extend({ at });
const promotion = gate.extend({ attempt: z.number() });
/** `requested` is missing when the look itself failed. */
const rest = { at, requested: z.number().optional(), dueAt: z.number().optional() };

export const lookAtGate = step('lookAtGate', gate.extend({ at }), gateLook);
export const intakeReferrers = step('intakeReferrers', candidate, done);
export const intakeCandidate = step('intakeCandidate', candidate, done);
const startCheck = candidateAt.extend({ check: z.string(), attempt: z.number(), tries: z.number() });
export const startChecks = fanOut('startCheck', startCheck, done);
export const settleCandidate = step('settleCandidate', candidateAt.extend({ outcome }), done);
export const troubleCandidate = step('troubleCandidate', candidateAt.extend({ message: z.string() }), done);
export const recordApprovals = step('recordApprovals', candidateAt, done);
const restore = candidateAt.extend({ sequence: z.number(), restores });
export const restoreCandidate = step('restoreCandidate', restore, done);
export const askAgain = step('askAgain', candidateAt, done);
export const concludeCurrent = step('concludeCurrent', candidateAt.extend({ found: standing }), done);
export const startFollowers = step('startFollowers', gate, done);
export const putBackStable = step('putBackStable', gate.extend({ at, current: digest, over: digest }), done);
const drifted = gate.extend({ at, found: z.union([digest, z.literal('none')]) });
export const announceDrift = step('announceDrift', drifted, done);
const gateRest = gate.extend({
  ...rest,
  reason,
  lookAgainAt: z.number().optional(),
  digest: digest.optional(),
  policy: gatePolicy.optional(),
});
export const restGate = step('restGate', gateRest, again);

const begun = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begun'), attempt: z.number() }),
  z.object({ kind: z.literal('lost') }),
]);
const readBack = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), layers: z.array(z.array(z.string())) }),
  z.object({ kind: z.literal('lost') }),
]);
const attached = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), record: digest }),
  z.object({ kind: z.literal('lost') }),
]);
export const beginPromotion = step('beginPromotion', candidate.extend({ sequence: z.number() }), begun);
export const adoptStable = step('adoptStable', promotion, promoting);
export const importUnique = step('importUnique', promotion, promoting);
export const readBackUnique = step('readBackUnique', promotion, readBack);
export const copyReferrers = step('copyReferrers', promotion, promoting);
export const attachRecord = step('attachRecord', promotion.extend({ at }), attached);
export const lockUnique = step('lockUnique', promotion, promoting);
export const moveStable = step('moveStable', promotion, promoting);
export const readBackStable = step('readBackStable', promotion, promoting);
const complete = promotion.extend({ at, layers: z.array(z.array(z.string())), record: digest });
export const completePromotion = step('completePromotion', complete, promoting);
export const dropIntention = step('dropIntention', promotion.extend({ at, reason }), done);

const image = z.object({ image: z.string() });
export const lookAtImage = step('lookAtImage', image.extend({ at }), imageLook);
export const startBuild = step('startBuild', image.extend({ at, attempt: z.number(), given: bases }), done);
export const startRollouts = step('startRollouts', image, done);
export const restImage = step('restImage', image.extend({ ...rest, reason: imageReason }), again);

const rollout = z.object({ of: z.string(), at });
const app = rollout.extend({ app: z.string() });
const ended = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('healthy') }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export const lookAtRollout = step('lookAtRollout', rollout, rolloutLook);
const deploy = app.extend({ attempt: z.number(), putBack: z.boolean() });
export const deployApp = step('deployApp', deploy, done);
export const recordDeployment = step('recordDeployment', app.extend({ attempt: z.number(), ended }), done);
export const holdApp = step('holdApp', app.extend({ wanted, why: z.string() }), done);
export const restRollout = step('restRollout', rollout.extend({ ...rest, reason: rolloutReason }), again);

const work = z.object({
  gates: z.array(z.string()),
  images: z.array(z.string()),
  rollouts: z.array(z.string()),
  problems: z.array(z.string()),
  upkeep: z.boolean(),
});
const lookedAfter = z.object({ problems: z.array(z.string()) });
const moment = z.object({ at });
const batch = moment.extend({ gates: z.array(z.string()) });
export const announcePolicy = step('announcePolicy', moment, done);
export const findWork = step('findWork', moment, work);
export const sweepGates = fanOut('sweepGates', batch, swept);
const followers = moment.extend({ images: z.array(z.string()), rollouts: z.array(z.string()) });
export const sweepImages = step('sweepImages', followers, swept);
export const lookAfterTags = fanOut('lookAfterTags', batch, lookedAfter);
export const cleanQuarantine = fanOut('cleanQuarantine', batch, lookedAfter);
export const cleanTools = step('cleanTools', moment, lookedAfter);
export const endSweep = step('endSweep', sweepEnd, done);
