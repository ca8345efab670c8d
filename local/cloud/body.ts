/** Reads the JSON body of a request by a schema; a body that is no JSON is one more way of not matching it. */
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Env } from './http.ts';

export async function readBody<T>(c: Context<Env>, schema: z.ZodType<T>): Promise<z.ZodSafeParseResult<T>> {
  return schema.safeParse(parse(await c.req.text()));
}

/** A text that is no JSON is handed on as it is: no schema here accepts a string, so the answer is its complaint about one. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
