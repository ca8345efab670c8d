/** Pages of what is listed newest first. A cursor names the last thing that was seen; what it says is nobody's business but the app's. */
import type { ZodType } from 'zod';
import { badRequest } from './problem.ts';

export const cursorOf = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `undefined` from the start. Throws a 400 `Problem` for what `cursorOf` never made. */
export function readCursor<T>(cursor: string | undefined, schema: ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(decode(cursor));
  if (parsed.success) return parsed.data;
  throw badRequest(
    `"${cursor}" is no cursor of this list; take "after" from the "next" of the page before, or leave it out`,
  );
}

/** The address of the next page, with the same wishes. */
export function nextAddress(path: string, query: Record<string, string | number | undefined>, cursor: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  parameters.set('after', cursor);
  return `${path}?${parameters}`;
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined; // Refused by the caller as no cursor.
  }
}
