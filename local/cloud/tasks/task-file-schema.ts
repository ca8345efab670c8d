/**
 * What may be written in an `acr-task.yaml`
 * (https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml).
 *
 * Everything that is in a file and not done here is refused by name, all of it at once, also a key that Azure would ignore.
 */
import { z } from 'zod';
import { RunFailed } from './failures.ts';
import { RETRY_DELAY_SECONDS, STEP_TIMEOUT_SECONDS } from './limits.ts';

/** YAML takes `80` for a number, and where text is wanted ACR Tasks takes it as text. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const list = z.union([text.transform((one) => [one]), z.array(text)]);
const environment = z.array(z.string().regex(/^[^=\s]+=/, 'expected NAME=value')).default([]);
const seconds = z.number().int().positive();
const count = z.number().int().min(0).default(0);
const flag = z.boolean().default(false);

const step = z.strictObject({
  id: text
    .pipe(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'an id has letters, digits, "_", "." and "-"'))
    .refine((id) => id !== 'acb_root', 'the id acb_root is taken')
    .optional(),
  cmd: z.string().min(1).optional(),
  build: z.string().min(1).optional(),
  push: list.optional(),
  when: list.default([]),
  timeout: seconds.optional(),
  startDelay: count,
  retries: count,
  retryDelay: seconds.default(RETRY_DELAY_SECONDS),
  retryOnErrors: list.default([]),
  repeat: count,
  ignoreErrors: flag,
  env: environment,
  workingDirectory: z.string().optional(),
  disableWorkingDirectoryOverride: flag,
  entryPoint: z.string().optional(),
  user: text.optional(),
  network: z.string().optional(),
  ports: list.default([]),
  expose: list.default([]),
  detach: flag,
  keep: flag,
  pull: flag,
  volumeMounts: z
    .array(
      z.strictObject({ name: z.string().min(1), mountPath: z.string().startsWith('/', 'a path in the container') }),
    )
    .default([]),
});
export type WrittenStep = z.infer<typeof step>;

const network = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a name has letters, digits, "_", "." and "-"'),
  driver: z.literal(['', 'bridge'], 'NotSupportedLocally: a driver that is not bridge').default('bridge'),
  ipv6: z.literal(false, 'NotSupportedLocally: ipv6').default(false),
  skipCreation: z.literal(false, 'NotSupportedLocally: skipCreation').default(false),
  isDefault: flag,
});

const volume = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'a name has letters, digits, "_" and "-"'),
  secret: z
    .record(z.string().regex(/^[A-Za-z0-9_.-]+$/, 'a file name has letters, digits, "_", "." and "-"'), text)
    .refine((files) => Object.keys(files).length > 0, 'there is no file'),
});

/** Read from a first rendering of the file, before the values are known. */
const secret = z.strictObject({
  id: z.string().regex(/^\S+$/, 'an id has no space'),
  keyvault: z.string().min(1),
  clientID: z.guid('a client id is a GUID').optional(),
});
export type SecretDefinition = z.infer<typeof secret>;

const file = z.strictObject({
  version: text.optional(),
  stepTimeout: seconds.default(STEP_TIMEOUT_SECONDS),
  workingDirectory: z.string().optional(),
  env: environment,
  secrets: z.array(secret).default([]).refine(isUniqueBy('id'), 'a secret id is there twice'),
  networks: z.array(network).default([]),
  volumes: z.array(volume).default([]).refine(isUniqueBy('name'), 'a volume is there twice'),
  steps: z.array(step).min(1, 'there is no step'),
});
export type WrittenFile = z.infer<typeof file>;

export function checkTaskFile(value: unknown): WrittenFile {
  return check(file, value);
}

/** Only its `secrets`: the rest of the file may depend on their values. */
export function checkSecrets(value: unknown): SecretDefinition[] {
  return check(z.looseObject({ secrets: file.shape.secrets }), value).secrets;
}

function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const where = issue.path.length === 0 ? 'the file' : issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return `${where}: ${issue.message}`;
    return `NotSupportedLocally: ${issue.keys.join(', ')} (in ${where}) is not supported by the local runtime`;
  });
  throw new RunFailed(`the task file cannot be run: ${problems.join('; ')}`);
}

function isUniqueBy<K extends string>(key: K): (items: Record<K, string>[]) => boolean {
  return (items) => new Set(items.map((item) => item[key])).size === items.length;
}
