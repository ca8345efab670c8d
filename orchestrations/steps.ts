/** The step catalogue: every activity a story may call, with what it takes and the schema of what it answers. */
import { z } from 'zod';
import type { StartCheck } from '../shared/domain/gate-action.ts';
import { gateLook, type GatePolicy } from '../shared/domain/gate-state.ts';
import { imageLook, type Bases, type ImageReason } from '../shared/domain/image-state.ts';
import type { Outcome, Reason, Standing } from '../shared/domain/outcome.ts';
import type { Restores } from '../shared/domain/recall.ts';
import { digest, type Digest } from '../shared/domain/reference.ts';
import { rolloutLook, type RolloutReason, type Wanted } from '../shared/domain/rollout-state.ts';
import { fanOut, step } from './story.ts';

const done = z.object({});
const again = z.object({ again: z.boolean() });
const promoting = z.object({ kind: z.enum(['done', 'lost']) });
const swept = z.object({
  started: z.array(z.string()),
  ended: z.array(z.string()),
  failed: z.array(z.string()).optional(),
});

/** Epoch milliseconds, from the story's clock. */
type At = { at: number };
type Gate = { gate: string };
type Candidate = Gate & { digest: Digest };
type Promotion = Gate & { attempt: number };
/** `requested` is missing when the look itself failed. */
type Rest<Why> = At & { requested?: number; reason: Why; dueAt?: number };

export const lookAtGate = step<Gate & At, typeof gateLook>('lookAtGate', gateLook);
export const intakeReferrers = step<Candidate, typeof done>('intakeReferrers', done);
export const intakeCandidate = step<Candidate, typeof done>('intakeCandidate', done);
export const startChecks = fanOut<Candidate & StartCheck & At, typeof done>('startCheck', done);
export const settleCandidate = step<Candidate & At & { outcome: Outcome }, typeof done>('settleCandidate', done);
export const troubleCandidate = step<Candidate & At & { message: string }, typeof done>('troubleCandidate', done);
export const recordApprovals = step<Candidate & At, typeof done>('recordApprovals', done);
type Restore = Candidate & At & { sequence: number; restores: Restores };
export const restoreCandidate = step<Restore, typeof done>('restoreCandidate', done);
export const askAgain = step<Candidate & At, typeof done>('askAgain', done);
export const concludeCurrent = step<Candidate & At & { found: Standing }, typeof done>('concludeCurrent', done);
export const startFollowers = step<Gate, typeof done>('startFollowers', done);
export const putBackStable = step<Gate & At & { current: Digest; over: Digest }, typeof done>('putBackStable', done);
export const announceDrift = step<Gate & At & { found: Digest | 'none' }, typeof done>('announceDrift', done);
type RestGate = Gate & Rest<Reason> & { lookAgainAt?: number; digest?: Digest; policy?: GatePolicy };
export const restGate = step<RestGate, typeof again>('restGate', again);

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
export const beginPromotion = step<Candidate & { sequence: number }, typeof begun>('beginPromotion', begun);
export const adoptStable = step<Promotion, typeof promoting>('adoptStable', promoting);
export const importUnique = step<Promotion, typeof promoting>('importUnique', promoting);
export const readBackUnique = step<Promotion, typeof readBack>('readBackUnique', readBack);
export const copyReferrers = step<Promotion, typeof promoting>('copyReferrers', promoting);
export const attachRecord = step<Promotion & At, typeof attached>('attachRecord', attached);
export const lockUnique = step<Promotion, typeof promoting>('lockUnique', promoting);
export const moveStable = step<Promotion, typeof promoting>('moveStable', promoting);
export const readBackStable = step<Promotion, typeof promoting>('readBackStable', promoting);
export const completePromotion = step<Promotion & At & { layers: string[][]; record: Digest }, typeof promoting>(
  'completePromotion',
  promoting,
);
export const dropIntention = step<Promotion & At & { reason: Reason }, typeof done>('dropIntention', done);

type Image = { image: string };
export const lookAtImage = step<Image & At, typeof imageLook>('lookAtImage', imageLook);
export const startBuild = step<Image & At & { attempt: number; given: Bases }, typeof done>('startBuild', done);
export const startRollouts = step<Image, typeof done>('startRollouts', done);
export const restImage = step<Image & Rest<ImageReason>, typeof again>('restImage', again);

type App = { of: string; app: string };
type Ended = { kind: 'healthy' } | { kind: 'failed'; message: string };
export const lookAtRollout = step<{ of: string } & At, typeof rolloutLook>('lookAtRollout', rolloutLook);
export const deployApp = step<App & At & { attempt: number; putBack: boolean }, typeof done>('deployApp', done);
export const recordDeployment = step<App & At & { attempt: number; ended: Ended }, typeof done>(
  'recordDeployment',
  done,
);
export const holdApp = step<App & At & { wanted: Wanted; why: string }, typeof done>('holdApp', done);
export const restRollout = step<{ of: string } & Rest<RolloutReason>, typeof again>('restRollout', again);

const work = z.object({
  gates: z.array(z.string()),
  images: z.array(z.string()),
  rollouts: z.array(z.string()),
  problems: z.array(z.string()),
  upkeep: z.boolean(),
});
const lookedAfter = z.object({ problems: z.array(z.string()) });
export const announcePolicy = step<At, typeof done>('announcePolicy', done);
export const findWork = step<At, typeof work>('findWork', work);
export const sweepGates = fanOut<{ gates: string[] } & At, typeof swept>('sweepGates', swept);
export const sweepImages = step<{ images: string[]; rollouts: string[] } & At, typeof swept>('sweepImages', swept);
type Gates = { gates: string[] };
export const lookAfterTags = fanOut<Gates & At, typeof lookedAfter>('lookAfterTags', lookedAfter);
export const cleanQuarantine = fanOut<Gates & At, typeof lookedAfter>('cleanQuarantine', lookedAfter);
type Swept = { started: string[]; ended: string[]; problems: string[]; upkeepAt?: number };
export const endSweep = step<Swept & { endedAt: number; gates: number }, typeof done>('endSweep', done);
