/** Reads what a caller sent, and says everything that is wrong with it at once. */
import type { HttpRequest } from '@azure/functions';
import { z, type ZodObject, type ZodType } from 'zod';
import { badRequest, Problem, unprocessable } from './problem.ts';

const MOST_BODY_BYTES = 64 * 1024;
const NONE = z.strictObject({});

/** Without a schema the endpoint knows no parameter, and refuses any: a mistyped one would change nothing and say nothing. */
export function readQuery(query: URLSearchParams): Record<string, never>;
export function readQuery<S extends ZodObject>(query: URLSearchParams, schema: S): z.output<S>;
export function readQuery(query: URLSearchParams, schema: ZodObject = NONE): object {
  const twice = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1);
  if (twice.length > 0) throw badRequest(`given more than once: ${twice.join(', ')}`);
  const parsed = schema.strict().safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape).join(', ') || 'none';
  throw badRequest(`${problemsOf(parsed.error, 'query')}; its parameters are: ${known}`);
}

export async function readBody<S extends ZodType>(request: HttpRequest, schema: S): Promise<z.output<S>> {
  const text = await request.text();
  if (Buffer.byteLength(text) > MOST_BODY_BYTES)
    throw new Problem(413, 'Too large', `a body has ${MOST_BODY_BYTES} bytes at most`);
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw unprocessable(problemsOf(parsed.error, 'body'));
}

const problemsOf = ({ issues }: z.ZodError, whole: string): string =>
  issues.map(({ path, message }) => `${path.join('.') || whole}: ${message}`).join('; ');

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem(
      400,
      'Not JSON',
      `the body cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
