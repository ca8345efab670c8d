/**
 * The one codec for instance ids and row keys that are made from names and digests.
 *
 * Durable Functions refuses `/ \ # ?`, control characters and a leading `@` in instance ids, and 100 characters are the most
 * (https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management). Table Storage refuses the
 * same characters in keys (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
 * Everything here is injective, so two things never share an instance or a row; a digest keeps all its 64 hex digits.
 */
import { digest as digestSchema } from './reference.ts';
import type { Digest } from './reference.ts';

const INSTANCE_ID_MAX = 100;
const ROW_KEY_MAX = 512;
/** The name of a gate, an image, an app or a check. */
export const NAME = /^[a-z0-9-]{1,40}$/;

const STORIES = ['gate', 'build', 'rollout'] as const;
export type StoryKind = (typeof STORIES)[number];

/** There is one sweep, so its id is made from no name. */
export const SWEEP_INSTANCE_ID = 'sweep';

/** `instanceId('gate', 'node')` is `gate-node`. */
export function instanceId(story: StoryKind, name: string): string {
  if (!NAME.test(name)) throw new RangeError(`"${name}" is no name, so no instance id can be made from it.`);
  const id = `${story}-${name}`;
  if (id.length > INSTANCE_ID_MAX) throw new RangeError(`Instance id "${id}" is longer than ${INSTANCE_ID_MAX}.`);
  return id;
}

/** The way back; `undefined` for an id that `instanceId` never makes. */
export function parseInstanceId(id: string): { story: StoryKind; name: string } | undefined {
  const story = STORIES.find((kind) => id.startsWith(`${kind}-`));
  if (!story) return undefined;
  const name = id.slice(story.length + 1);
  return NAME.test(name) ? { story, name } : undefined;
}

/**
 * Joins parts of any text into one key: `rowKey('evidence', digestKey(digest), 'functional')`. A part is kept readable; what may not
 * stand in a key, and `~` and `:`, become `~` and hex digits. Rows that begin with the same parts stand together.
 */
export function rowKey(...parts: [string, ...string[]]): string {
  const key = parts.map(encodePart).join(':');
  if (key.length > ROW_KEY_MAX) throw new RangeError(`Row key "${key.slice(0, 80)}…" is longer than ${ROW_KEY_MAX}.`);
  return key;
}

/** The parts that `rowKey` joined. Throws for a key it never makes. */
export function parseRowKey(key: string): [string, ...string[]] {
  const [first = '', ...rest] = key.split(':').map((part) => decodePart(part, key));
  const parts: [string, ...string[]] = [first, ...rest];
  // Most keys that rowKey never makes can be decoded all the same; they come out differently when they are made again.
  if (parts.includes('') || rowKey(...parts) !== key) throw notAKey(key);
  return parts;
}

/** A counting number as a part, so that keys sort as the numbers do. */
export function orderedKey(number: number): string {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} is no counting number.`);
  return String(number).padStart(String(Number.MAX_SAFE_INTEGER).length, '0');
}

/** The hex digits of a digest, all of them. */
export const digestKey = (digest: Digest): string => digest.slice('sha256:'.length);

/** The row of a candidate in its gate's partition. */
export const candidateKey = (digest: Digest): string => rowKey('candidate', digestKey(digest));

/** The way back; `undefined` for a row that is no candidate's. */
export function candidateDigest(key: string): Digest | undefined {
  if (!key.startsWith('candidate:')) return undefined;
  return digestSchema.safeParse(`sha256:${key.slice('candidate:'.length)}`).data;
}

function encodePart(part: string): string {
  if (part === '') throw new RangeError('A part of a row key is empty.');
  if (!part.isWellFormed()) throw new RangeError('A part of a row key has half a surrogate pair in it.');
  // What is left unescaped is A-Z a-z 0-9 - _ . ! * ' ( )
  return encodeURIComponent(part).replaceAll('~', '%7E').replaceAll('%', '~');
}

function decodePart(part: string, key: string): string {
  try {
    return decodeURIComponent(part.replaceAll('~', '%'));
  } catch (error) {
    if (error instanceof URIError) throw notAKey(key);
    throw error;
  }
}

const notAKey = (key: string): RangeError => new RangeError(`"${key}" is not a key that rowKey makes.`);
