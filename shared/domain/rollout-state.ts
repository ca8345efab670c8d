/** All that a decision about a rollout may know: for each app what is wanted, what was done, and what runs. Times are epoch milliseconds. */
import { z } from 'zod';
import { freezes } from './freeze.ts';
import { hold } from './gate-state.ts';
import { origin } from './origin.ts';
import { sayWho, who } from './person.ts';
import { digest } from './reference.ts';

/**
 * `key`: hash over the filled-in group file with the versions of its secrets in place of their values. A changed file or secret is another
 * wanted state, like another version.
 */
export const wanted = z.object({ digest, number: z.number(), key: z.string() });
export type Wanted = z.infer<typeof wanted>;

export const deployment = z.object({
  attempt: z.number(),
  digest,
  number: z.number(),
  key: z.string(),
  /** It puts the last healthy state back. */
  putBack: z.boolean(),
  state: z.enum(['deploying', 'healthy', 'failed']),
  startedAt: z.number(),
  /** Since when it answers as it should, without a break. */
  healthySince: z.number().optional(),
  message: z.string().optional(),
  /** What its promotion record proves, or why there is none. */
  proof: z.string().optional(),
  /** The candidate that what is deployed goes back to. */
  origin: origin.optional(),
});
export type Deployment = z.infer<typeof deployment>;

/** The rendered specification with names and versions of its secrets in place of their values. */
export const healthyState = z.object({
  digest,
  number: z.number(),
  key: z.string(),
  group: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.string()),
  at: z.number(),
});
export type HealthyState = z.infer<typeof healthyState>;

/** Names what failed, and ends when something else is wanted. */
export const systemHold = z.object({ key: z.string(), digest, why: z.string(), at: z.number() });
export type SystemHold = z.infer<typeof systemHold>;

/**
 * A person's hold: on the app itself, on everything, or on the gate that the app runs. Lifted by a person alone. It stands beside the
 * system's, so that lifting it does not try again what failed.
 */
export const personHold = hold.extend({
  /** What is put back and then kept. */
  putBack: z
    .object({
      digest,
      number: z.number(),
      /** It failed too: this hold's own hold of the system. */
      failed: systemHold.optional(),
    })
    .optional(),
});
export type PersonHold = z.infer<typeof personHold>;

export const running = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absent') }),
  z.object({ kind: z.literal('in-transition') }),
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  /** `digest` is missing when it runs something else than one digest of this app's image. */
  z.object({ kind: z.literal('running'), digest: digest.optional() }),
]);
export type Running = z.infer<typeof running>;

export const appState = z.object({
  app: z.string(),
  /** What `personHold` puts back, if it names something; else the newest. */
  wanted: wanted.optional(),
  /** What is wanted cannot be said, because these secrets are not there. */
  missingSecrets: z.array(z.string()).optional(),
  /** Why the record of the promotion that it stands on cannot be verified: then it is not deployed. */
  unproven: z.string().optional(),
  deployment: deployment.optional(),
  /** Missing too when today's policy would not accept it. */
  lastHealthy: z.object({ key: z.string(), digest }).optional(),
  hold: systemHold.optional(),
  personHold: personHold.optional(),
  /** What keeps it from getting what is wanted. */
  freezes: freezes.optional(),
  /** Which of these stand on a recalled digest. */
  recalled: z
    .object({
      wanted: z.literal(true).optional(),
      deployed: z.literal(true).optional(),
      lastHealthy: z.literal(true).optional(),
    })
    .optional(),
  running,
  health: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('good') }),
    z.object({ kind: z.literal('bad'), message: z.string() }),
  ]),
  /** How long a deployment may take to become healthy. */
  withinMs: z.number(),
  attempts: z.number(),
});
export type AppState = z.infer<typeof appState>;

export const rolloutReason = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('up-to-date') }),
  z.object({ kind: z.literal('nothing-wanted') }),
  z.object({ kind: z.literal('held'), app: z.string(), ...who, why: z.string() }),
  /** What it should run, or runs while a person holds it, stands on a digest that was recalled. */
  z.object({ kind: z.literal('recalled'), app: z.string(), ...who, by: z.string().optional(), why: z.string() }),
  z.object({ kind: z.literal('frozen'), app: z.string(), why: z.string(), until: z.number() }),
  z.object({ kind: z.literal('secret-missing'), app: z.string(), names: z.array(z.string()) }),
  z.object({ kind: z.literal('record-refused'), app: z.string(), why: z.string() }),
  z.object({ kind: z.literal('stopped'), app: z.string() }),
  z.object({ kind: z.literal('trouble'), message: z.string() }),
]);
export type RolloutReason = z.infer<typeof rolloutReason>;

export const rolloutState = z.object({ requested: z.number(), apps: z.array(appState) });
export type RolloutState = z.infer<typeof rolloutState>;

export const rolloutLook = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rollout'), state: rolloutState }),
  z.object({ kind: z.literal('absent'), why: z.string() }),
]);
export type RolloutLook = z.infer<typeof rolloutLook>;

/** One sentence for a person. */
export function sayRolloutReason(reason: RolloutReason): string {
  switch (reason.kind) {
    case 'up-to-date':
      return 'every app runs what is wanted';
    case 'nothing-wanted':
      return 'there is no version to run yet';
    case 'held':
      return `app "${reason.app}" is held by ${sayWho(reason)}: ${reason.why}`;
    case 'recalled':
      return reason.by
        ? `app "${reason.app}" is held by ${sayWho({ ...reason, by: reason.by })} (${reason.why}) on what stands on a recalled digest`
        : `what app "${reason.app}" should run stands on a recalled digest`;
    case 'frozen':
      return `app "${reason.app}" is frozen ${reason.why}`;
    case 'secret-missing':
      return `app "${reason.app}" needs what the key vault has not, or not enabled: ${reason.names.join(', ')}`;
    case 'record-refused':
      return `app "${reason.app}" is not deployed: ${reason.why}`;
    case 'stopped':
      return `the container group of app "${reason.app}" was stopped by a person`;
    case 'trouble':
      return `trouble with a service, will be tried again: ${reason.message}`;
  }
}
