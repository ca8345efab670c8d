/**
 * What a template computes with, and how Go shows and judges it: the kinds of a value, its truth, its text (`%v`) and its JSON.
 *
 * `undefined` is a key that is not there. It is shown as nothing, as in ACR Tasks, which removes Go's `<no value>`.
 */
import { RunFailed } from '../failures.ts';

export type Value = string | number | boolean | Date | null | undefined | Value[] | { [key: string]: Value };
export type Fields = { [key: string]: Value };

/** A template that can be read and not be computed: Go's words for it in front. */
export class TemplateFailed extends RunFailed {
  constructor(reason: string) {
    super(`failed to execute template: ${reason}`);
  }
}

/** As Go's error messages name it. */
export function kindOf(value: Value): string {
  if (value === undefined || value === null) return 'nil';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'time';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

export const isFields = (value: Value): value is Fields => kindOf(value) === 'map';

/** Whether an `if` takes it for true. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isFields(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** The text that an action leaves behind. */
export const shown = (value: Value): string => (value === undefined || value === null ? '' : text(value));

/** `%v` */
export function text(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(text).join(' ')}]`;
  if (value instanceof Date) return `${value.toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`;
  if (typeof value === 'object')
    return `map[${sortedEntries(value)
      .map(([key, item]) => `${key}:${text(item)}`)
      .join(' ')}]`;
  return String(value);
}

/** As `encoding/json` writes it: keys in order, and the characters that matter in HTML escaped. */
export function json(value: Value): string {
  return JSON.stringify(sorted(value)).replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function sorted(value: Value): Value {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, item]) => [key, sorted(item)]));
}

/** Go walks a map in the order of its keys. */
export const sortedEntries = (fields: Fields): [string, Value][] =>
  Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
