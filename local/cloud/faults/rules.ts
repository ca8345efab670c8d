/** What can be asked of the faults: rules, each for some requests, with a fault and how often. */
import { z } from 'zod';

/** The listeners, and the providers behind Resource Manager. */
export const SERVICES = [
  'arm',
  'registry',
  'vault',
  'events',
  'blobs',
  'identity',
  'instances',
  'tasks',
  'registry-management',
  'events-management',
  '*',
] as const;

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('throttle'), retryAfterSeconds: z.int().min(0).max(3600).default(1) }),
  z.strictObject({
    kind: z.literal('error'),
    status: z.union([z.literal(500), z.literal(503)]).default(503),
    retryAfterSeconds: z.int().min(0).max(3600).optional(),
    /** The service does what it was asked, and answers so all the same. */
    carriedOut: z.boolean().default(false),
  }),
  /** Answered as ever, only later. */
  z.strictObject({ kind: z.literal('slow'), delayMs: z.int().min(1).max(600_000) }),
  /** The connection ends before the service hears of the request. */
  z.strictObject({ kind: z.literal('reset') }),
  /** The service does what it was asked, and the connection ends before the answer. */
  z.strictObject({ kind: z.literal('lose-answer') }),
]);
export type Fault = z.infer<typeof fault>;

const rule = z
  .strictObject({
    service: z.enum(SERVICES).default('*'),
    /** Name of one registry; only with the service `registry`. */
    registry: z.string().optional(),
    /** `METHOD /path`, with `*` for any characters: `PUT *containerGroups/hello-*`. Case does not count; the query is left out. */
    operation: z.string().default('*'),
    /** Share of the requests that it is for, from 0 to 1. */
    rate: z.number().min(0).max(1).optional(),
    /** The next so many of them, and then no more. */
    next: z.int().min(1).optional(),
    fault,
  })
  .refine(({ rate, next }) => (rate === undefined) !== (next === undefined), 'needs either rate or next')
  .refine(
    ({ service, registry }) => registry === undefined || service === 'registry',
    'registry needs service "registry"',
  );
export type Rule = z.infer<typeof rule>;

export const plan = z.strictObject({
  /** The same seed gives the same fate to the n-th request of a rule. */
  seed: z.int().default(1),
  /** The first that is for a request and strikes is the one that counts. */
  rules: z.array(rule).max(100).default([]),
});
export type Plan = z.infer<typeof plan>;
