/**
 * Reads the keys of one mapping, each by its own schema, so that a wrong one hides no other.
 *
 * (A zod object stops at its first layer of problems: checks across keys would wait until every key is right.)
 */
import type { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Place } from './place.ts';
import { inWords } from './words.ts';
import { unfilled, unfilledKey } from './yaml-source.ts';

export type Fields = Record<string, z.ZodType>;
/** `undefined`: left out, or wrong and reported. */
export type ReadFields<F extends Fields> = { [K in keyof F]: z.output<F[K]> | undefined };

export interface FieldOptions {
  /** Keys of the design that this version does not have, each with a sentence that says what to do. */
  notBuilt?: Record<string, string>;
  /** Whether keys without a schema are somebody else's business. */
  others?: 'refused' | 'kept';
  /** Keys that somebody else reads. */
  alsoKnown?: string[];
}

export function readFields<F extends Fields>(
  place: Place,
  fields: F,
  { notBuilt = {}, others = 'refused', alsoKnown = [] }: FieldOptions = {},
): ReadFields<F> {
  const found = readEntries(place);
  const read: Record<string, unknown> = {};
  if (!found) return read as ReadFields<F>;

  for (const [key, child] of found) {
    if (Object.hasOwn(notBuilt, key)) child.problemAtKey(`"${key}" is not built yet. ${notBuilt[key]}`);
    else if (key === '<<') child.problemAtKey('merge keys ("<<") are not read. Use an alias for a whole value.');
    else if (others === 'refused' && !Object.hasOwn(fields, key) && !alsoKnown.includes(key)) {
      child.problemAtKey(`unknown key "${key}".${didYouMean(key, [...Object.keys(fields), ...alsoKnown])}`);
    }
  }
  for (const [key, schema] of Object.entries(fields)) read[key] = readField(place, key, schema);
  return read as ReadFields<F>;
}

/** The children of a mapping by key; `undefined` when it is none, which is reported. */
export function readEntries(place: Place): [string, Place][] | undefined {
  const { value } = place;
  if (value === unfilled) return undefined;
  if (!place.isMapping) {
    place.problem(`expected a mapping, but ${inWords(value)}.`);
    return undefined;
  }
  return Object.keys(value as object)
    .filter((key) => key !== unfilledKey)
    .map((key) => [key, place.child(key)]);
}

function readField(place: Place, key: string, schema: z.ZodType): unknown {
  const child = place.child(key);
  if (holdsUnfilled(child.value)) return undefined;
  const result = schema.safeParse(child.value, { error: typeProblem });
  if (result.success) return result.data;
  if (child.value === undefined) {
    place.problemAtKey(`"${key}" is missing${schema.description ? `: ${schema.description}` : ''}.`);
    return undefined;
  }
  for (const { path, message } of firstAtEachPlace(result.error.issues)) {
    const at = path.reduce<Place>((outer, step) => outer.child(typeof step === 'symbol' ? String(step) : step), child);
    at.problem(`${key}: ${message}${/[.?]$/.test(message) ? '' : '.'}`);
  }
  return undefined;
}

/** A value of the wrong type often breaks rules about its size too, and that says nothing more. */
const firstAtEachPlace = (issues: z.core.$ZodIssue[]): z.core.$ZodIssue[] =>
  issues.filter(
    (issue, at) => issues.findIndex((other) => canonicalJson(other.path) === canonicalJson(issue.path)) === at,
  );

/** Nothing is said about a value whose `${NAME}` could not be filled in: that was reported. */
const holdsUnfilled = (value: unknown): boolean =>
  value === unfilled || (typeof value === 'object' && value !== null && Object.values(value).includes(unfilled));

const EXPECTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** Says a wrong type as a person would; every other message is the schema's own. */
function typeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  const quotes = issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input);
  return `expected ${EXPECTED[issue.expected] ?? issue.expected}, but ${inWords(issue.input)}${quotes ? '; put it in quotes' : ''}`;
}
