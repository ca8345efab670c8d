/** Values on their way between host and library: the typed data of the worker protocol, and the JSON text that history keeps. */
import type { TypedData } from './core-api.ts';

/** What a function answered, as JSON text; `null` when it answered nothing. */
export function jsonTextOf(data: TypedData | null | undefined): string | null {
  if (!data) return null;
  if (typeof data.string === 'string') return JSON.stringify(data.string);
  if (typeof data.json === 'string') return data.json === 'null' ? null : data.json;
  if (typeof data.int === 'number') return String(data.int);
  if (typeof data.double === 'number') return JSON.stringify(data.double);
  if (data.bytes) return JSON.stringify(Buffer.from(data.bytes).toString('base64'));
  return null;
}

/**
 * An activity's input as the extension sends it: text as it is, the rest as JSON text, nothing for `null`.
 * Booleans become .NET's `True` and `False`, so an activity gets a string; the dispatcher warns about that.
 */
export function typedInput(value: unknown): TypedData {
  if (value === null || value === undefined) return {};
  if (typeof value === 'string') return { string: value };
  if (typeof value === 'boolean') return { string: value ? 'True' : 'False' };
  return { string: JSON.stringify(value) };
}
