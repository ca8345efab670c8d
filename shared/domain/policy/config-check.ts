/** Reads a `config` check: what an image has to say of itself, asked in process, without running anything. */
import { z } from 'zod';
import type { ConfigCheck } from '../check.ts';
import { canonicalJson } from './canonical-json.ts';
import { reportTimeout, type CheckReader } from './check-reader.ts';
import { readFields } from './fields.ts';
import { platform } from './schemas.ts';

const SIZE_RULE = 'a size is a number and kB, MB, GB, KiB, MiB or GiB, such as 200MB';
const UNITS: Record<string, number> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** Bytes. */
const size = z
  .string(SIZE_RULE)
  .transform((text, context) => {
    const [, number, unit] = /^([0-9]{1,9})(kB|MB|GB|KiB|MiB|GiB)$/.exec(text) ?? [];
    const factor = unit === undefined ? undefined : UNITS[unit];
    if (factor !== undefined && Number(number) > 0) return Number(number) * factor;
    context.issues.push({ code: 'custom', message: `"${text}" is no size; ${SIZE_RULE}`, input: text });
    return z.NEVER;
  })
  .meta({ title: 'size' });

const PORT_RULE = 'a port is a number, or one with its protocol such as "53/udp"';
const port = z
  .union([z.number().int(), z.string()], PORT_RULE)
  .transform((value, context) => {
    const [, number, protocol = 'tcp'] = /^([0-9]{1,5})(?:\/(tcp|udp|sctp))?$/.exec(String(value)) ?? [];
    if (number !== undefined && Number(number) >= 1 && Number(number) <= 65_535) return `${Number(number)}/${protocol}`;
    context.issues.push({ code: 'custom', message: `"${value}" is no port; ${PORT_RULE}`, input: value });
    return z.NEVER;
  })
  .meta({ title: 'port' });

const patterns = z.record(z.string(), z.string());
const words = z.array(z.string());

export const configKeyFields = {
  platforms: z
    .array(platform)
    .min(1, 'name the platforms that have to be there, or leave it out')
    .optional()
    .meta({
      description: 'platforms that the upstream has to offer, whether they are promoted or not',
      examples: [['linux/amd64', 'linux/arm64']],
    }),
  maxSize: size.optional().meta({
    description: 'the most that the layers of a platform may have, compressed, as they are pulled',
    examples: ['200MB'],
  }),
  user: z
    .union(
      [z.literal('not-root'), z.array(z.string().min(1)).min(1)],
      'a user is "not-root", or a list of those that are allowed',
    )
    .optional()
    .meta({
      title: '`not-root`, or list of text',
      description:
        'whom it runs as: `not-root` wants a number that is not 0, since a name may be anybody; a list names the allowed ones, with or without their group',
      examples: [['node', '1000']],
    }),
  ports: z
    .array(port)
    .optional()
    .meta({ description: 'the ports that it may expose, and no others; `[]`: none', examples: [[8080, '53/udp']] }),
  labels: patterns.optional().meta({
    description: 'labels that it has to have, by name; in a value `*` is any text, so `"*"` only wants it to be there',
    examples: [{ 'org.opencontainers.image.source': 'https://github.com/nodejs/*' }],
  }),
  entrypoint: words.optional().meta({
    description: 'its entry point, word by word; `[]`: none',
    examples: [['docker-entrypoint.sh']],
  }),
  command: words.optional().meta({ description: 'its command, word by word; `[]`: none', examples: [['node']] }),
  base: z
    .array(z.string())
    .min(1, 'name the gates whose promotions it may stand on, or leave it out')
    .optional()
    .meta({
      description: 'gates: its layers begin with those of something that one of them promoted and did not recall',
      examples: [['debian']],
    }),
  artifact: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({
      description: 'the type of an OCI artifact that is no image: its `artifactType`, or the type of its configuration',
      examples: ['application/vnd.cncf.helm.config.v1+json'],
    }),
  annotations: patterns.optional().meta({
    description: 'annotations that its manifest has to have, as for `labels`',
    examples: [{ 'org.opencontainers.image.version': '1.*' }],
  }),
};

/** Keys that mean nothing for what is no image. */
const ONLY_IMAGES = ['platforms', 'user', 'ports', 'labels', 'entrypoint', 'command', 'base'] as const;

export const configFields = { config: z.unknown() };

/** Whether the gates of `base` exist is known later: `bases.ts`. */
export const configReader: CheckReader = {
  fields: configFields,
  read(name, place, { hash }): ConfigCheck | undefined {
    reportTimeout(place);
    const at = place.child('config');
    const read = readFields(at, configKeyFields);
    if (!at.isMapping) return undefined;
    const given = (key: string) => at.child(key).value !== undefined;
    const onlyImages = ONLY_IMAGES.filter(given);
    if (given('artifact') && onlyImages.length > 0) {
      at.child('artifact').problemAtKey(
        `artifact: what is no image has no ${onlyImages.join(', ')}. Remove one or the other.`,
      );
      return undefined;
    }
    if (Object.entries(read).some(([key, value]) => given(key) && value === undefined)) return undefined;
    const { maxSize: mostBytes, base: bases, ...others } = read;
    const asked = { kind: 'config' as const, ...withoutUndefined({ ...others, mostBytes, bases }) };
    return { ...asked, name, hash: hash(canonicalJson(asked)) };
  },
};

/** Optional keys are left out, not there without a value. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
