/**
 * Reads of Azure's REST APIs, as whoever is signed in. What is refused, or does not answer, is an answer as well: it says which right is missing.
 *
 * Plain `fetch`, as in the rest of the command line, so that it needs no client of Azure's SDK.
 */
import { z, type ZodType } from 'zod';
import type { Seen, Unseen } from '../../shared/domain/doctor/finding.ts';
import { oneLine } from '../one-line.ts';

const ANSWER_WITHIN_MS = 30_000;
const MOST_PAGES = 100;

/** What is asked for, in words, for whoever may not see it. */
export interface About {
  what: string;
  where: string;
  /** `the role "Reader" on the subscription` */
  right: string;
}

export interface Reader {
  /** `path` is absolute on this service. */
  read<T>(path: string, about: About, schema: ZodType<T>): Promise<Seen<T>>;
  /** All pages. */
  list<T>(path: string, about: About, schema: ZodType<T>): Promise<Seen<T[]>>;
  /** A POST that asks and changes nothing. */
  ask<T>(path: string, about: About, schema: ZodType<T>): Promise<Seen<T>>;
}

export function reader({ endpoint, token }: { endpoint: string; token: () => Promise<string> }): Reader {
  const origin = new URL(endpoint).origin;

  const request = async <T>(
    method: 'GET' | 'POST',
    url: string,
    { about, schema }: { about: About; schema: ZodType<T> },
  ): Promise<Seen<T>> => {
    // The token goes to this service alone, whatever a link or an id says.
    if (!URL.canParse(url) || new URL(url).origin !== origin)
      return unseen(about, `${oneLine(url)} is not of ${origin}`);
    let answer: { status: number; text: string };
    try {
      const response = await fetch(url, {
        method,
        redirect: 'error',
        headers: { authorization: `Bearer ${await token()}`, accept: 'application/json' },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      answer = { status: response.status, text: await response.text() };
    } catch (error) {
      return unseen(about, whyNot(error));
    }
    return judged(answer, { about, schema });
  };

  const list = async <T>(path: string, about: About, schema: ZodType<T>): Promise<Seen<T[]>> => {
    const page = z.object({ value: z.array(schema), nextLink: z.string().nullish() });
    const value: T[] = [];
    let url: string | undefined = `${origin}${path}`;
    for (let pages = 0; url !== undefined; pages += 1) {
      if (pages === MOST_PAGES) return unseen(about, 'its list does not end');
      const seen: Seen<z.infer<typeof page>> = await request('GET', url, { about, schema: page });
      if (seen.kind !== 'seen') return seen;
      value.push(...seen.value.value);
      url = seen.value.nextLink || undefined;
    }
    return { kind: 'seen', value };
  };

  return {
    list,
    read: (path, about, schema) => request('GET', `${origin}${path}`, { about, schema }),
    ask: (path, about, schema) => request('POST', `${origin}${path}`, { about, schema }),
  };
}

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function judged<T>(
  { status, text }: { status: number; text: string },
  { about, schema }: { about: About; schema: ZodType<T> },
): Seen<T> {
  const json = parseJson(text);
  if (status === 404) return { kind: 'absent' };
  if (status === 200) {
    const parsed = schema.safeParse(json);
    if (parsed.success) return { kind: 'seen', value: parsed.data };
    const [issue] = parsed.error.issues;
    return unseen(
      about,
      `the answer is not of a kind that is known here (${issue?.path.join('.')}: ${issue?.message})`,
    );
  }
  const said = refusal.safeParse(json).data?.error;
  const why = oneLine(`it was answered ${status}${said ? `, ${said.code}: ${firstLine(said.message)}` : ''}`);
  return status === 401 || status === 403 ? { ...unseen(about, why), right: about.right } : unseen(about, why);
}

export const unseen = ({ what, where }: Pick<About, 'what' | 'where'>, why: string): Unseen => ({
  kind: 'unseen',
  what,
  where,
  why,
});

export function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer for ${ANSWER_WITHIN_MS / 1000} s`;
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return oneLine(cause?.code ?? cause?.message ?? error.message);
}

const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0]?.slice(0, 300) ?? '';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema takes it, and that is said.
  }
}
