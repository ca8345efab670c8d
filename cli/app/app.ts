/** The app's HTTP API, as the commands use it. What it refuses, and that it does not answer, is one clear line each. */
import { z, type ZodType } from 'zod';
import type { Terminal } from '../command.ts';
import { oneLine } from '../one-line.ts';
import { whereIs, type Asked, type Where } from './where.ts';

const ANSWER_WITHIN_MS = 60_000;

export interface App {
  /** `path` begins with `/api/`. */
  read<T>(path: string, schema: ZodType<T>): Promise<T>;
  readText(path: string): Promise<{ text: string; headers: Headers }>;
  ask(wish: Wish): Promise<unknown>;
}

export interface Wish {
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  body: object;
}

/** The app said no, or nothing. */
export class AppTrouble extends Error {
  readonly code = 'AppTrouble';
}

export function openApp(asked: Asked, terminal: Terminal): App {
  const where = whereIs(asked, terminal);
  return {
    async read(path, schema) {
      const answer = await request(where, { method: 'GET', path });
      const parsed = schema.safeParse(await jsonOf(answer));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      throw new AppTrouble(
        `the app answered ${path} in a way that this version does not know (${issue?.path.join('.')}: ${issue?.message}); use the command line of its version`,
      );
    },
    async readText(path) {
      const answer = await request(where, { method: 'GET', path });
      return { text: await answer.text(), headers: answer.headers };
    },
    ask: async (wish) => jsonOf(await request(where, wish)),
  };
}

async function request(where: Where, { method, path, body }: { method: string; path: string; body?: object }) {
  const token = await where.token?.();
  const answer = await send(where, path, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    headers: {
      accept: 'application/json, text/plain',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (answer.ok) return answer;
  throw new AppTrouble(await refusal(answer, where));
}

async function send({ url }: Where, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, init);
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new AppTrouble(`${url} has not answered for ${ANSWER_WITHIN_MS / 1000} s`, { cause: error });
    const why = cause?.code ?? cause?.message ?? String(error);
    throw new AppTrouble(
      `nothing answers at ${url} (${why}): is it running? "npm start" starts the local one; --app names another`,
      { cause: error },
    );
  }
}

const problem = z.object({ title: z.string(), detail: z.string() });

async function refusal(answer: Response, { token, url }: Where): Promise<string> {
  const text = await answer.text();
  const said = problem.safeParse(parseJson(text)).data;
  const words = said
    ? oneLine(`${said.title}: ${said.detail}`)
    : `${url} answered ${answer.status}, and that is no answer of the app`;
  const signsIn = answer.status === 401 || (answer.status >= 300 && answer.status < 400);
  return signsIn && !token ? `${words} (--as <name> at the local system, --scope in Azure)` : words;
}

async function jsonOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const json = parseJson(text);
  if (json === undefined) throw new AppTrouble(`${answer.url} answered what is no JSON: is that the app?`);
  return json;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Said by the caller, who knows who answered.
  }
}
