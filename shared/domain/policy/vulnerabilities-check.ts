/** Reads a `vulnerabilities` check: the scanner, what it is asked, what it may find, and what people have waived. */
import { z } from 'zod';
import { SEVERITIES, type Severity } from '../checks/vulnerabilities/finding.ts';
import type { VulnerabilitiesCheck } from '../check.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CheckReader } from './check-reader.ts';
import { readFields, type ReadFields } from './fields.ts';
import type { Place } from './place.ts';
import { duration, policyPath } from './schemas.ts';
import { toolImage } from './tool-image.ts';
import { readWaivers } from './waivers-file.ts';

const SHORTEST_LIFE_MS = 600_000;

export const vulnerabilitiesFields = {
  vulnerabilities: z.unknown(),
  expires: duration
    .refine((ms) => ms >= SHORTEST_LIFE_MS, 'a verdict counts for 10m at least, or it would end before it is used')
    .optional()
    .meta({
      description:
        'how long its verdict counts; a candidate that waits for longer is scanned again before it is promoted, and so is the current digest when its verdict has ended',
      examples: ['24h'],
    }),
};

const rule = z.enum(['any', 'fixable', 'off'], 'there is "any", "fixable" and "off"').optional();
const fail = z
  .strictObject({
    critical: rule.meta({ description: 'critical findings' }),
    high: rule.meta({ description: 'high findings' }),
    medium: rule.meta({ description: 'medium findings' }),
    low: rule.meta({ description: 'low findings' }),
    unknown: rule.meta({ description: 'findings without a severity; by default as the strictest of the others' }),
  })
  .refine((rules) => Object.values(rules).some((one) => one !== 'off'), 'name at least one severity that fails')
  .meta({
    description: 'which findings fail, by severity: `any`, or the `fixable` ones, for which there is an update',
    examples: [{ critical: 'any', high: 'fixable' }],
  });

/** They are words of a line of their own, and stand in a YAML file of the run. */
const argument = z.string().regex(/^[\x20-\x7e]{1,1000}$/, 'an argument is made of printable ASCII characters');
const PATH_IN_IMAGE = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const PATH_IN_FOLDER = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

export const scanFields = {
  scanner: toolImage.meta({
    description: 'the image of the scanner, by digest, or the gate that follows it',
    examples: ['docker.io/aquasec/trivy@sha256:…'],
  }),
  args: z
    .array(argument)
    .max(64, '64 arguments are enough')
    .refine((words) => words.some((one) => one.includes('{image}')), 'no argument names {image}, the file to scan')
    .meta({
      description:
        'the arguments of the scanner: `{image}` is the saved image (a tar file), `{database}` the folder of its database; the report goes to the standard output, and the exit code is 0 also when there are findings',
      examples: [['image', '--input', '{image}', '--format', 'json', '--cache-dir', '{database}', '--skip-db-update']],
    }),
  format: z.enum(['trivy', 'sarif'], 'a format is "trivy" (its JSON) or "sarif"').meta({
    description: 'what the scanner prints: `trivy`, its JSON, or `sarif`, which does not say which image it is about',
    examples: ['trivy'],
  }),
  database: z.unknown(),
  fail,
  noWorseThanCurrent: z
    .enum(['critical', 'high', 'medium', 'low'], 'there is "critical", "high", "medium" and "low"')
    .optional()
    .meta({
      description:
        'a finding of this severity or a worse one fails if the current digest does not have it, which is scanned in the same run',
      examples: ['high'],
    }),
  waivers: policyPath.optional().meta({
    description: 'a file of the policy folder with findings that are accepted for a while',
    examples: ['waivers.yaml'],
  }),
};

export const scanDatabaseFields = {
  image: toolImage.optional().meta({
    description: 'the image that holds the database, if it is not the scanner’s own',
    examples: ['${BASE_REGISTRY}/trivy-db@sha256:…'],
  }),
  path: z
    .string()
    .regex(PATH_IN_IMAGE, 'a path begins with "/", and is made of letters, digits, ".", "_", "-" and "/"')
    .meta({
      description: 'the folder in that image, such as /cache',
      examples: ['/cache'],
    }),
  dated: z
    .string()
    .regex(PATH_IN_FOLDER, 'a path below the folder, made of letters, digits, ".", "_", "-" and "/"')
    .optional()
    .meta({
      description:
        'the file in that folder that says from when the data is: JSON with `UpdatedAt` or `built`, or a time',
      examples: ['db/metadata.json'],
    }),
  atMost: duration.optional().meta({
    description: 'how old the data may be; with older data, or of an unknown age, there is no verdict',
    examples: ['48h'],
  }),
};

export const vulnerabilitiesReader: CheckReader = {
  fields: vulnerabilitiesFields,
  read(name, place, { gate, timeoutMs, folder, hash }): VulnerabilitiesCheck | undefined {
    const at = place.child('vulnerabilities');
    const { expires } = readFields(place, { expires: vulnerabilitiesFields.expires }, { others: 'kept' });
    const read = readFields(at, scanFields);
    const { scanner, args, format, noWorseThanCurrent } = read;
    const database = readDatabase(at, read);
    const entries = read.waivers === undefined ? [] : readWaivers(read.waivers, folder, at.child('waivers'));
    if (!scanner || !args || !format || !read.fail || database === 'wrong' || !entries) return undefined;
    if (isWrong(at, 'noWorseThanCurrent', noWorseThanCurrent) || isWrong(at, 'waivers', read.waivers)) return undefined;
    if (isWrong(place, 'expires', expires) || timeoutMs === undefined) return undefined;

    const asked = {
      ...{ kind: 'vulnerabilities' as const, scanner, args, format },
      fail: definedOnly(read.fail),
      ...(database ? { database } : {}),
      ...(noWorseThanCurrent ? { noWorseThanCurrent } : {}),
      waivers: entries.filter(({ gates }) => gates?.includes(gate) ?? true).map(({ waiver }) => waiver),
      timeoutSeconds: timeoutMs / 1_000,
    };
    // Newer data is no other question, and every verdict says from when its data is; nor is how long a verdict counts.
    const { image: _, ...asksOfDatabase } = database ?? {};
    return {
      ...asked,
      name,
      ...(expires === undefined ? {} : { expiresMs: expires }),
      hash: hash(canonicalJson({ ...asked, database: asksOfDatabase })),
    };
  },
};

/** It stands there, and what stands there was reported. */
const isWrong = (place: Place, key: string, value: unknown): boolean =>
  place.child(key).value !== undefined && value === undefined;

function readDatabase(
  at: Place,
  { args }: ReadFields<typeof scanFields>,
): VulnerabilitiesCheck['database'] | 'wrong' | undefined {
  const place = at.child('database');
  const named = args?.some((one) => one.includes('{database}')) ?? false;
  if (place.value === undefined) {
    if (!named) return undefined;
    at.child('args').problem('args: an argument names {database}, and there is no "database". Say which folder it is.');
    return 'wrong';
  }
  const { image, path, dated, atMost } = readFields(place, scanDatabaseFields);
  if (args && !named) {
    place.problemAtKey('no argument names {database}, so the scanner would not find it. Name it in "args".');
    return 'wrong';
  }
  if (place.child('atMost').value !== undefined && place.child('dated').value === undefined) {
    place
      .child('atMost')
      .problemAtKey('nothing says how old the data is. Name the file that does as "dated", such as db/metadata.json.');
    return 'wrong';
  }
  if (
    path === undefined ||
    isWrong(place, 'image', image) ||
    isWrong(place, 'dated', dated) ||
    isWrong(place, 'atMost', atMost)
  )
    return 'wrong';
  return {
    ...(image ? { image } : {}),
    path,
    ...(dated === undefined ? {} : { dated }),
    ...(atMost === undefined ? {} : { atMostMs: atMost }),
  };
}

type Rules = VulnerabilitiesCheck['fail'];

const definedOnly = (rules: { [K in Severity]?: Rules[K] | undefined }): Rules =>
  Object.fromEntries(SEVERITIES.flatMap((one) => (rules[one] ? [[one, rules[one]]] : [])));
