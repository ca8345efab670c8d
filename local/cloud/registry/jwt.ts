/**
 * The refresh and access tokens of one registry: JSON Web Tokens with the claims of Azure's, signed with a secret of this cloud.
 *
 * Claims: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { World } from '../world.ts';
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from './limits.ts';
import type { Rights } from './rights.ts';

export interface Grant {
  type: string;
  name: string;
  actions: string[];
}

export interface RegistryTokens {
  refresh(subject: string, rights: Rights): string;
  access(subject: string, grants: Grant[]): string;
  /** `undefined`: not ours, for another registry, or expired. */
  readRefresh(token: string): { subject: string; rights: Rights } | undefined;
  readAccess(token: string): { subject: string; grants: Grant[] } | undefined;
}

const common = z.object({ sub: z.string(), nbf: z.number(), exp: z.number(), aud: z.string() });
const refreshClaims = common.extend({
  grant_type: z.literal('refresh_token'),
  permissions: z.object({ actions: z.array(z.string()) }),
});
const accessClaims = common.extend({
  grant_type: z.literal('access_token'),
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) })),
});

export function createTokens(options: {
  world: Pick<World, 'store' | 'clock'>;
  tenant: string;
  loginServer: string;
}): RegistryTokens {
  const { world, tenant, loginServer } = options;
  const secret = signingSecret(world);
  const seconds = () => Math.floor(world.clock.now() / 1000);

  const issue = (subject: string, lifeSeconds: number, claims: object): string => {
    const now = seconds();
    const times = { nbf: now - 15 * 60, exp: now + lifeSeconds, iat: now };
    const head = { jti: randomUUID(), sub: subject, ...times, iss: 'Azure Container Registry', aud: loginServer };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...head, version: '1.0', ...claims, roles: [] })}`;
    return `${signed}.${signature(secret, signed)}`;
  };
  const read = <T extends z.infer<typeof common>>(schema: z.ZodType<T>, token: string): T | undefined => {
    const claims = schema.safeParse(verified(secret, token)).data;
    const now = seconds();
    return claims && claims.aud === loginServer && claims.nbf <= now && now < claims.exp ? claims : undefined;
  };

  return {
    refresh: (subject, rights) =>
      issue(subject, REFRESH_TOKEN_SECONDS, {
        grant_type: 'refresh_token',
        tenant,
        permissions: { actions: rights, notActions: [] },
      }),
    access: (subject, grants) => issue(subject, ACCESS_TOKEN_SECONDS, { grant_type: 'access_token', access: grants }),
    readRefresh(token) {
      const claims = read(refreshClaims, token);
      return claims && { subject: claims.sub, rights: claims.permissions.actions };
    },
    readAccess(token) {
      const claims = read(accessClaims, token);
      return claims && { subject: claims.sub, grants: claims.access };
    },
  };
}

/** Made once and kept, so that a token outlives a restart. */
function signingSecret(world: Pick<World, 'store'>): Buffer {
  const secrets = world.store.collection<string>('registry.secrets');
  const kept = secrets.get('signing');
  if (kept !== undefined) return Buffer.from(kept, 'base64');
  const fresh = randomBytes(32);
  secrets.put('signing', fresh.toString('base64'));
  return fresh;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signature = (secret: Buffer, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url');

/** The claims, whatever they are; `undefined` when the signature is not ours. */
function verified(secret: Buffer, token: string): unknown {
  const end = token.lastIndexOf('.');
  const body = token.slice(0, end).split('.')[1];
  const given = Buffer.from(token.slice(end + 1));
  const wanted = Buffer.from(signature(secret, token.slice(0, Math.max(end, 0))));
  if (body === undefined || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
}
