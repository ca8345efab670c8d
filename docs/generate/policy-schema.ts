/**
 * The JSON schema of a policy file, from the same zod schemas that the parser reads it by: editors complete and check it.
 *
 * It is weaker than the parser, which also knows the other files: a text may still be a setting that is filled in later.
 */
import { z } from 'zod';
import { policyFields } from '../../shared/domain/parse-policy.ts';
import { approvalFields } from '../../shared/domain/policy/approval.ts';
import { appFields, healthFields } from '../../shared/domain/policy/app.ts';
import { checkFields } from '../../shared/domain/policy/check.ts';
import { configKeyFields } from '../../shared/domain/policy/config-check.ts';
import { defaultsFields } from '../../shared/domain/policy/defaults.ts';
import { freezeFields } from '../../shared/domain/policy/freeze-window.ts';
import { fastLaneFields } from '../../shared/domain/policy/gate-fields.ts';
import { gateFields } from '../../shared/domain/policy/gate.ts';
import { buildFields, imageFields } from '../../shared/domain/policy/image.ts';
import { httpFields, questionFields, tcpFields } from '../../shared/domain/policy/probe-check.ts';
import { name } from '../../shared/domain/policy/schemas.ts';
import { identityFields, signatureKeyFields } from '../../shared/domain/policy/signature-check.ts';
import { taskReferenceFields } from '../../shared/domain/policy/task-check.ts';
import { scanDatabaseFields, scanFields } from '../../shared/domain/policy/vulnerabilities-check.ts';
import { upstreamFields } from '../../shared/domain/policy/upstreams.ts';

/** Every mapping of a policy that has keys of its own, in the order in which a person meets them. */
const task = z.strictObject(taskReferenceFields).meta({
  description: "a task file of a team's own in git, run without a sandbox in the quarantine registry",
});
const http = z.strictObject(httpFields).meta({ description: 'a page, or whatever else answers by HTTP' });
const tcp = z.strictObject(tcpFields).meta({ description: 'a port that has to take a connection' });
const probe = z.strictObject({ ...questionFields, http: http.optional(), tcp: tcp.optional() }).meta({
  description: 'what the candidate is asked as a service: one of the three',
});
const database = z.strictObject(scanDatabaseFields).meta({ description: 'the data that the scanner compares with' });
const vulnerabilities = z.strictObject({ ...scanFields, database: database.optional() }).meta({
  description: 'a scanner over the candidate, which is a file to it',
});
const config = z.strictObject(configKeyFields).meta({
  description: 'what an image has to say of itself, asked without running anything',
});
const identity = z.strictObject(identityFields);
const signature = z
  .strictObject({
    ...signatureKeyFields,
    identities: z
      .array(identity)
      .min(1)
      .optional()
      .meta({
        title: 'list of identities',
        description: 'whom a certificate (keyless signing) has to name',
        examples: [[{ subject: 'release@acme.com', issuer: 'https://accounts.google.com' }]],
      }),
  })
  .meta({ description: 'who has to have signed it, with cosign' });
const check = z.strictObject({
  ...checkFields,
  probe: probe.optional(),
  task: task.optional(),
  config: config.optional(),
  vulnerabilities: vulnerabilities.optional(),
  signature: signature.optional(),
});
const approval = z.strictObject(approvalFields).meta({
  description: 'people who have to agree before a candidate is promoted; without it nobody is asked',
});
const gate = z.strictObject({
  ...gateFields,
  approval: approval.optional(),
  checks: z.record(name, check).meta({ description: 'what a candidate is asked before it is promoted, by name' }),
});
const build = z.strictObject(buildFields).meta({ description: 'how it is built anew when a base is promoted' });
const image = z.strictObject({ ...imageFields, build: build.optional() });
const health = z.strictObject(healthFields).meta({ description: 'how to tell that it is well' });
const app = z.strictObject({ ...appFields, health: health.optional() });
const upstream = z.strictObject(upstreamFields);
const defaults = z.strictObject({ ...defaultsFields, approval: approval.optional() }).meta({
  description: 'what the gates of this file take where they say nothing themselves',
});
const policy = z.strictObject({
  ...policyFields,
  defaults: defaults.optional(),
  gates: z
    .record(name, gate)
    .optional()
    .meta({ description: 'what stands between a public tag and a stable one, by name' }),
  images: z
    .record(name, image)
    .optional()
    .meta({ description: 'images of ours that are built from promoted bases, by name' }),
  apps: z
    .record(name, app)
    .optional()
    .meta({ description: 'container groups that run an image or a promotion, by name' }),
  upstreams: z.record(z.string(), upstream).optional().meta({ description: 'logins to public registries, by host' }),
});

const freeze = z.strictObject(freezeFields);
const fastLane = z.strictObject(fastLaneFields);

export const sections = {
  policy,
  freeze,
  gate,
  check,
  probe,
  http,
  tcp,
  task,
  vulnerabilities,
  database,
  config,
  signature,
  identity,
  approval,
  fastLane,
  defaults,
  image,
  build,
  app,
  health,
  upstream,
};

/** A text that names a setting is filled in before it is checked. */
const SETTING = '\\$\\{';

export const jsonSchemaOf = (schema: z.ZodType): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Of a text that is parsed into something else zod leaves these out, as they could be of what comes out. Ours are of what goes in.
      const { default: builtIn, examples } = metaOf(zodSchema);
      if (builtIn !== undefined) jsonSchema.default = builtIn;
      if (examples !== undefined) jsonSchema.examples = examples;
      if (jsonSchema.type !== 'string' || jsonSchema.pattern === undefined) return;
      // Not every editor reads patterns by the rules of Unicode; the parser does.
      if (jsonSchema.pattern.includes('\\p{')) delete jsonSchema.pattern;
      else jsonSchema.pattern = `${SETTING}|${jsonSchema.pattern}`;
    },
  });

/** Its own, or that of what it wraps. */
function metaOf(schema: z.core.$ZodType): { default?: unknown; examples?: unknown[] } {
  const own = z.globalRegistry.get(schema) as { default?: unknown; examples?: unknown[] } | undefined;
  const { def } = schema._zod;
  const inner = 'innerType' in def ? metaOf(def.innerType as z.core.$ZodType) : {};
  return { ...inner, ...('defaultValue' in def ? { default: def.defaultValue } : {}), ...own };
}

export const policySchema = (): z.core.JSONSchema.BaseSchema => ({
  ...jsonSchemaOf(policy),
  title: 'A policy file of gated-import',
});
