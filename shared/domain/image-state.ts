/** All that a decision about an image of ours may know. Times are epoch milliseconds; version numbers come from the ledger. */
import { z } from 'zod';
import { freezes } from './freeze.ts';
import { holdOver } from './hold-over.ts';
import { origin } from './origin.ts';
import { sayWho, who } from './person.ts';
import { digest, tag } from './reference.ts';

/** Gate → the promoted digest that a build was given from it. */
export const bases = z.record(z.string(), digest);
export type Bases = z.infer<typeof bases>;

export const version = z.object({
  digest,
  tag: tag.optional(),
  number: z.number(),
  at: z.number(),
  /** The promoted base it stands on, proved by its layers. */
  base: z.object({ gate: z.string(), digest }).optional(),
  /** What our own build was given; a version that somebody else built has none. */
  given: bases.optional(),
  /** The candidate whose promotion made that base. */
  origin: origin.optional(),
});
export type Version = z.infer<typeof version>;

export const build = z.object({
  attempt: z.number(),
  given: bases,
  startedAt: z.number(),
  deadlineAt: z.number(),
  /** Missing until the run was scheduled. */
  runId: z.string().optional(),
});
export type Build = z.infer<typeof build>;

export const buildFailure = z.object({
  given: bases,
  times: z.number(),
  at: z.number(),
  message: z.string(),
  runId: z.string().optional(),
});

export const imageReason = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('up-to-date') }),
  z.object({ kind: z.literal('no-build') }),
  z.object({ kind: z.literal('base-not-proved') }),
  z.object({ kind: z.literal('no-promotion'), gates: z.array(z.string()) }),
  z.object({ kind: z.literal('recalled'), gates: z.array(z.string()) }),
  z.object({ kind: z.literal('held'), ...who, why: z.string(), gate: z.string().optional() }),
  z.object({ kind: z.literal('frozen'), why: z.string(), gate: z.string() }),
  z.object({ kind: z.literal('build-failed'), times: z.number(), message: z.string() }),
  z.object({ kind: z.literal('trouble'), message: z.string() }),
]);
export type ImageReason = z.infer<typeof imageReason>;

export const imageState = z.object({
  requested: z.number(),
  /** Gates whose promoted digest the build is given; none when the image has no build. */
  builtFrom: z.array(z.string()).optional(),
  newest: version.optional(),
  /** Gate → its current digest; a gate without a promotion is missing. */
  today: bases,
  /** On everything, or on a gate that it is built from. */
  hold: holdOver.optional(),
  /** Gate → what freezes a build on its digest of today. */
  freezes: z.record(z.string(), freezes).optional(),
  /** Gates whose digest of today is a recalled one. */
  recalled: z.array(z.string()).optional(),
  /** The newest version stands on a recalled digest. */
  replacesRecalled: z.literal(true).optional(),
  build: build.optional(),
  failure: buildFailure.optional(),
  attempts: z.number(),
  /** The newest version was not yet handed to the apps. */
  followDue: z.boolean(),
});
export type ImageState = z.infer<typeof imageState>;

export const imageLook = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), state: imageState }),
  z.object({ kind: z.literal('absent'), why: z.string() }),
]);
export type ImageLook = z.infer<typeof imageLook>;

/** One sentence for a person. */
export function sayImageReason(reason: ImageReason): string {
  switch (reason.kind) {
    case 'up-to-date':
      return 'the newest version is built from what its gates promoted last';
    case 'no-build':
      return 'the policy names no build for it; its team pushes the versions';
    case 'base-not-proved':
      return 'the newest version stands on nothing that its gates promoted; it is compared again when they promote, or its team builds it on the stable tag';
    case 'no-promotion':
      return `nothing was promoted yet by ${reason.gates.join(', ')}`;
    case 'recalled':
      return `what ${reason.gates.join(', ')} promoted last was recalled, and nothing is put back yet`;
    case 'held':
      return `${reason.gate ? `gate "${reason.gate}"` : 'everything'} is held by ${sayWho(reason)}: ${reason.why}`;
    case 'frozen':
      return `what gate "${reason.gate}" promoted is frozen ${reason.why}`;
    case 'build-failed':
      return `its build on these bases has failed ${reason.times} times: ${reason.message}`;
    case 'trouble':
      return `trouble with a service, will be tried again: ${reason.message}`;
  }
}
