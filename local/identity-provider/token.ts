/**
 * What a person is recognised by: a JWT with the object id, signed with the secret of this identity provider (HS256). `session`: in the
 * cookie of a browser, or in `X-ZUMO-AUTH`. `access`: for machines, as a bearer token.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export type Kind = 'session' | 'access';

const claims = z.object({
  oid: z.string(),
  aud: z.enum(['session', 'access']),
  /** Seconds since the epoch. Without it, it holds as long as the secret does. */
  exp: z.number().optional(),
});

const HEADER = encode({ typ: 'JWT', alg: 'HS256' });

export function issueToken(
  { oid, kind, expiresAt }: { oid: string; kind: Kind; expiresAt?: number },
  secret: string,
): string {
  const exp = expiresAt === undefined ? {} : { exp: Math.floor(expiresAt / 1000) };
  const signed = `${HEADER}.${encode({ oid, aud: kind, ...exp })}`;
  return `${signed}.${signature(signed, secret)}`;
}

/** The object id and the end, in epoch milliseconds; `undefined` for what was not made here, is of another kind, or is over. */
export function openToken(
  token: string,
  { kind, secret, now }: { kind: Kind; secret: string; now: number },
): { oid: string; expiresAt?: number } | undefined {
  const [header, payload, given, ...rest] = token.split('.');
  if (header !== HEADER || !payload || !given || rest.length > 0) return undefined;
  const expected = Buffer.from(signature(`${header}.${payload}`, secret));
  const actual = Buffer.from(given);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  const { oid, aud, exp } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (aud !== kind || (exp !== undefined && exp * 1000 <= now)) return undefined;
  return { oid, ...(exp === undefined ? {} : { expiresAt: exp * 1000 }) };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const signature = (signed: string, secret: string): string =>
  createHmac('sha256', secret).update(signed).digest('base64url');
