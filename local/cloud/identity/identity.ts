/**
 * The emulated Entra ID: gives the app its managed identity, and tells the other services who is calling.
 *
 * The secret behind the tokens is kept in the store, so a token outlives a restart of the cloud, as it would in Azure.
 */
import { randomBytes } from 'node:crypto';
import type { App } from '../http.ts';
import type { IdentityService, Principal, World } from '../world.ts';
import { createEndpoint } from './endpoint.ts';
import { TOKEN_LIFETIME_SECONDS } from './limits.ts';
import { open, sign } from './token.ts';

export function createIdentity({ world }: { world: World }): IdentityService & { app: App } {
  const { config, clock } = world;
  const secret = signingSecret(world);
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  const service: IdentityService = {
    issue(principal, audience) {
      const issuedAt = nowSeconds();
      return sign(
        {
          aud: audience,
          // Azurite accepts tokens of this issuer only.
          iss: `https://sts.windows.net/${config.tenant}/`,
          iat: issuedAt,
          nbf: issuedAt,
          exp: issuedAt + TOKEN_LIFETIME_SECONDS,
          tid: config.tenant,
          oid: principal.objectId,
          sub: principal.objectId,
          appid: clientIdOf(principal, world) ?? principal.objectId,
          app_displayname: principal.name,
          ver: '1.0',
        },
        secret,
      );
    },

    verify(authorization, audiences) {
      const token = /^bearer (\S+)$/i.exec(authorization ?? '')?.[1];
      const claims = token === undefined ? undefined : open(token, secret);
      if (!claims || claims.tid !== config.tenant) return undefined;
      if (nowSeconds() < claims.nbf || nowSeconds() >= claims.exp) return undefined;
      if (!audiences.some((audience) => sameAudience(audience, claims.aud))) return undefined;
      return { name: claims.app_displayname, objectId: claims.oid };
    },
  };

  return { ...service, app: createEndpoint({ world, identity: service }) };
}

function signingSecret({ store }: World): string {
  const secrets = store.collection<string>('identity.secrets');
  const kept = secrets.get('signing');
  if (kept) return kept;
  const made = randomBytes(32).toString('hex');
  secrets.put('signing', made);
  return made;
}

const clientIdOf = (principal: Principal, { config }: World): string | undefined =>
  config.principals.find(({ objectId }) => objectId === principal.objectId)?.clientId;

/** Clients ask for `https://vault.azure.net` and `https://vault.azure.net/` alike. */
const sameAudience = (a: string, b: string): boolean => a.replace(/\/$/, '') === b.replace(/\/$/, '');
