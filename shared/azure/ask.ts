/**
 * Asks a service through its SDK client, and says in our words what went wrong.
 *
 * The SDK packages throw `RestError`s of several shapes; here is the one place that knows them. The cause that is kept is a bare copy:
 * a `RestError` holds on to its request, and with it to credentials.
 */
import { retryAfterSeconds } from '../retry-after.ts';
import { ServiceRefused, ServiceTrouble, type Question } from './errors.ts';

export async function ask<T>(question: Question, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(question, error);
  }
}

/** For `.catch`: answers `then` if the service refused with this status (and this code of its own), and throws everything else on. */
export const refusedWith =
  <E>(status: number, then: () => E, serviceCode?: string) =>
  (error: unknown): E => {
    const expected =
      error instanceof ServiceRefused &&
      error.status === status &&
      (serviceCode === undefined || error.serviceCodes.includes(serviceCode));
    if (!expected) throw error;
    return then();
  };

/** Our error for whatever an SDK client threw. */
export function explain(question: Question, error: unknown): Error {
  if (!(error instanceof Error)) return new ServiceTrouble(question, { problem: String(error) });
  if (error instanceof ServiceRefused || error instanceof ServiceTrouble) return error;
  const cause = bare(error);
  if (error.name === 'AbortError') {
    return new ServiceTrouble(question, { problem: 'no answer within our deadline' }, cause);
  }
  const answer = answerOf(error);
  if (answer === undefined) return new ServiceTrouble(question, { problem: error.message || error.name }, cause);

  const passes = answer.status === 408 || answer.status === 429 || answer.status >= 500 || answer.status < 400;
  if (!passes) return new ServiceRefused(question, answer, cause);
  const problem = [answer.status, answer.codes.join(', '), answer.message].filter(Boolean).join(' ');
  return new ServiceTrouble(
    question,
    { problem, status: answer.status, retryAfterSeconds: answer.retryAfterSeconds },
    cause,
  );
}

interface Answer {
  status: number;
  codes: string[];
  message: string;
  retryAfterSeconds: number | undefined;
}

interface RestErrorLike {
  statusCode?: unknown;
  code?: unknown;
  details?: unknown;
  response?: { bodyAsText?: unknown; headers?: { get(name: string): string | undefined } };
}

/** `undefined`: there was no answer at all. */
function answerOf(error: Error): Answer | undefined {
  const { statusCode, code, details, response } = error as Error & RestErrorLike;
  if (typeof statusCode !== 'number') return undefined;
  // Key Vault's client keeps no body, but what it has read from it.
  const said = readBody(parseJson(response?.bodyAsText) ?? details);
  const codes = said.codes.length > 0 ? said.codes : typeof code === 'string' ? [code] : [];
  return {
    status: statusCode,
    codes,
    message: oneLine(said.message ?? error.message),
    retryAfterSeconds: retryAfterSeconds(response?.headers?.get('retry-after')),
  };
}

/** The four ways in which Azure spells an error: ARM and Key Vault, registries, tables, and none. */
function readBody(body: unknown): { codes: string[]; message?: string } {
  const error = field(body, 'error') ?? field(body, 'odata.error') ?? first(field(body, 'errors')) ?? {};
  const codes: string[] = [];
  for (
    let level: unknown = error;
    level !== undefined;
    level = field(level, 'innererror') ?? field(level, 'innerError')
  ) {
    const code = field(level, 'code');
    if (typeof code === 'string') codes.push(code);
  }
  const said = field(error, 'message');
  const message = typeof said === 'string' ? said : field(said, 'value');
  return { codes, ...(typeof message === 'string' ? { message } : {}) };
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string' || !text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);

/** Name, message, codes and stack; not the request, nor what it carried. */
function bare(error: Error): Error {
  const { statusCode, code } = error as Error & RestErrorLike;
  const copy = new Error(oneLine(error.message));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack;
  return Object.assign(copy, {
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
    ...(typeof code === 'string' ? { code } : {}),
  });
}
