/**
 * Access tokens of the emulated Entra ID: JWTs with the claims that Azure's own have and its clients read, signed with one secret (HS256)
 * instead of Entra's rotating keys, because only this cloud ever has to check them.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds since the epoch in `iat`, `nbf` and `exp`, as RFC 7519 has them. */
export interface Claims {
  aud: string;
  iss: string;
  iat: number;
  nbf: number;
  exp: number;
  tid: string;
  oid: string;
  sub: string;
  appid: string;
  app_displayname: string;
  ver: '1.0';
}

const HEADER = encode({ typ: 'JWT', alg: 'HS256' });

export function sign(claims: Claims, secret: string): string {
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${signature(signed, secret)}`;
}

/** The claims of a token that `sign` made with this secret; says nothing about time or audience. */
export function open(token: string, secret: string): Claims | undefined {
  const [header, payload, given, ...rest] = token.split('.');
  if (header !== HEADER || !payload || !given || rest.length > 0) return undefined;
  const expected = Buffer.from(signature(`${header}.${payload}`, secret));
  const actual = Buffer.from(given);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(signed: string, secret: string): string {
  return createHmac('sha256', secret).update(signed).digest('base64url');
}
