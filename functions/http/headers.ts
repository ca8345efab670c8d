/**
 * What every answer carries: nothing may keep it (it is about who asks, and about now), and a browser takes it for what it says it is.
 *
 * A read also has a weak ETag, made from its content, so that whoever polls pays for changes only (RFC 9110, section 13).
 */
import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';

const EVERY_ANSWER = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

type Headers = Record<string, string>;

export const answerWith = (answer: HttpResponseInit, headers: Headers = {}): HttpResponseInit => ({
  ...answer,
  headers: { ...EVERY_ANSWER, ...(answer.headers as Headers | undefined), ...headers },
});

/** The answer of a read, or 304 where the caller has the same. */
export function withEtag(request: HttpRequest, answer: HttpResponseInit): HttpResponseInit {
  if ((answer.status ?? 200) !== 200) return answerWith(answer);
  const content = answer.jsonBody === undefined ? String(answer.body ?? '') : JSON.stringify(answer.jsonBody);
  const etag = `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  if (!hasSame(request.headers.get('if-none-match'), etag)) return answerWith(answer, { etag });
  const { jsonBody: _, body: __, ...rest } = answer;
  return answerWith({ ...rest, status: 304 }, { etag });
}

/** Compared weakly: whether a validator is strong does not matter for a read. */
const hasSame = (sent: string | null, etag: string): boolean =>
  sent !== null &&
  sent.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
