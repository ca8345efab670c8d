/** What the API says of images, of the apps that run them, and of rollouts. */
import { z } from 'zod';
import { tag } from '../../../shared/domain/reference.ts';
import { asked, digest, next, nextPage, time } from './common.ts';

const given = z.record(z.string(), digest).describe('Gate → the promoted digest that the build was given.');

const versionFields = {
  digest,
  tag: tag.optional(),
  number: z.int(),
  at: time,
  base: z
    .strictObject({ gate: z.string(), digest })
    .optional()
    .describe('The promoted base that it stands on, proved by its layers.'),
  given: given.optional(),
};
const version = z.strictObject(versionFields).meta({ id: 'Version' });

const imageFields = {
  name: z.string(),
  repository: z.string(),
  newest: version.optional(),
  build: z
    .strictObject({ attempt: z.int(), given, startedAt: time, deadlineAt: time, runId: z.string().optional() })
    .optional()
    .describe('Under way.'),
  failure: z
    .strictObject({ given, times: z.int(), at: time, message: z.string(), runId: z.string().optional() })
    .optional(),
  next: next.optional().describe('Missing while its story has not looked yet.'),
};
export const imageSeen = z.strictObject(imageFields).meta({ id: 'Image' });
export const imageList = z.strictObject({ images: z.array(imageSeen) });

export const imageWithVersions = z.strictObject({
  ...imageFields,
  task: z.string().optional().describe('The ACR task that builds it.'),
  builtFrom: z.record(z.string(), z.string()).describe('Build argument → gate.'),
  apps: z.array(z.string()).describe('The apps that run it.'),
  versions: z.array(
    z.strictObject({
      ...versionFields,
      lineage: z
        .strictObject({ upstream: digest, sequence: z.int(), unique: tag, candidate: z.string() })
        .optional()
        .describe('The promotion that made its base.'),
      apps: z.array(z.string()).describe('The apps to which it was deployed last.'),
    }),
  ),
  nextPage,
});

const putBack = z.strictObject({ digest, number: z.int(), failed: z.string().optional() });
const appFields = {
  name: z.string(),
  runs: z.string().describe('An image, or a gate whose promotions run as they are.'),
  resourceGroup: z.string(),
  group: z.string(),
  deployment: z
    .strictObject({
      attempt: z.int(),
      digest,
      number: z.int(),
      putBack: z.boolean(),
      state: z.enum(['deploying', 'healthy', 'failed']),
      startedAt: time,
      healthySince: time.optional(),
      message: z.string().optional(),
      proof: z.string().optional().describe('What its promotion record proves, or why there is none.'),
    })
    .optional(),
  lastHealthy: z.strictObject({ digest, number: z.int() }).optional(),
  previousHealthy: z.strictObject({ digest, number: z.int() }).optional(),
  hold: z.strictObject({ digest, why: z.string(), at: time }).optional().describe('The system’s: what failed here.'),
  personHold: asked.extend({ putBack: putBack.optional() }).optional(),
  unhealthySince: time.optional(),
  unproven: z
    .strictObject({ why: z.string(), since: time })
    .optional()
    .describe('What is wanted stands on a promotion whose record cannot be verified, so it is not deployed.'),
};
export const appSeen = z.strictObject(appFields).meta({ id: 'App' });
export const appList = z.strictObject({ apps: z.array(appSeen) });

export const appWithGroup = z.strictObject({
  ...appFields,
  containerGroup: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('there'),
      provisioning: z.string(),
      state: z.string().optional(),
      address: z.string().optional(),
      ip: z.string().optional(),
      containers: z.array(
        z.strictObject({ name: z.string(), image: z.string(), state: z.string().optional(), restarts: z.int() }),
      ),
      events: z.array(z.string()),
    }),
    z.strictObject({ kind: z.literal('absent') }),
    z.strictObject({ kind: z.literal('unknown'), why: z.string() }),
  ]),
});

export const rolloutSeen = z
  .strictObject({
    id: z.string(),
    next: next.optional().describe('Missing while its story has not looked yet.'),
    wanted: z.strictObject({ digest, number: z.int() }).optional().describe('The newest version or promotion.'),
    apps: z.array(appSeen),
  })
  .meta({ id: 'Rollout' });
