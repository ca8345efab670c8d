/**
 * One emulated key vault: the data plane of its secrets, for the app and for the cloud's own services (a quick run, a container group), and of
 * its keys, which sign.
 *
 * Roles decide who may do what, as in a vault with RBAC; access policies, certificates, and what keys do beside signing are not built.
 */
import type { MiddlewareHandler } from 'hono';
import { newApp, withCharset, type App, type Env } from '../http.ts';
import type { CloudConfig, IdentityService, RoleService, World } from '../world.ts';
import { refuse } from './answers.ts';
import { authorize } from './authorize.ts';
import { addDeletedRoutes } from './deleted-routes.ts';
import { addKeyRoutes } from './key-routes.ts';
import { openKeys, type Keys } from './keys.ts';
import { addSecretRoutes } from './secret-routes.ts';
import { openSecrets, versionOf, type Secrets } from './secrets.ts';

/** The audience of every vault of public Azure; clients learn it from the challenge. */
const AUDIENCE = 'https://vault.azure.net';
const GET_SECRET = { dataAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action' };

export type ConfiguredVault = CloudConfig['vaults'][number];

export interface Vault extends ConfiguredVault {
  /** Its resource id. */
  id: string;
  /** Without a slash at its end. */
  url: string;
  secrets: Secrets;
  keys: Keys;
  /** Its data plane. */
  app: App;
  /** Sets a secret as a person would before the app starts. The value it has already makes no new version. */
  put(name: string, value: string): void;
  /** For a service of the cloud that reads it as this identity; `undefined`: there is none, or the roles of the identity do not allow it. */
  value(secret: { name: string; version: string | undefined }, objectId: string): string | undefined;
}

export interface Dependencies {
  world: World;
  identity: IdentityService;
  roles: RoleService;
}

export function openVault(configured: ConfiguredVault, { world, identity, roles }: Dependencies): Vault {
  const { name: vaultName, resourceGroup, port } = configured;
  const id = `/subscriptions/${world.config.subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.KeyVault/vaults/${vaultName}`;
  const url = `https://localhost:${port}`;
  const secrets = openSecrets(world, vaultName);
  const keys = openKeys(world, vaultName);
  const app = withCharset(newApp());
  app.use('*', challenge({ world, identity }));
  app.use('*', authorize({ world, roles, vault: { id, name: vaultName } }));
  addSecretRoutes(app, { secrets, vaultUrl: url });
  addDeletedRoutes(app, { secrets, vaultUrl: url });
  addKeyRoutes(app, { keys, vaultUrl: url });

  return {
    ...configured,
    ...{ id, url, secrets, keys, app },
    put(name, value) {
      const there = secrets.find(name);
      const secret = there?.deleted ? secrets.recover(there) : there;
      if (secret && versionOf(secret)?.value === value) return;
      secrets.add(name, value);
    },
    value({ name, version: wanted }, objectId) {
      const scope = `${id}/secrets/${name}`;
      if (!roles.may(objectId, GET_SECRET, scope)) {
        roles.logRefusal(objectId, GET_SECRET, scope);
        return undefined;
      }
      const secret = secrets.find(name);
      if (!secret || secret.deleted) return undefined;
      const version = versionOf(secret, wanted);
      return version?.attributes.enabled ? version.value : undefined;
    },
  };
}

/** Asks for a token, naming the audience it has to be for; clients send their first request without one to learn it. */
const challenge =
  ({ world, identity }: Pick<Dependencies, 'world' | 'identity'>): MiddlewareHandler<Env> =>
  async (c, next) => {
    c.header('x-ms-keyvault-region', world.config.location);
    c.header('x-ms-keyvault-service-version', '1.9.0.0');
    c.header('x-ms-keyvault-network-info', 'conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;');
    const authorization = c.req.header('authorization');
    const principal = identity.verify(authorization, [AUDIENCE]);
    if (principal) {
      c.set('principal', principal);
      return next();
    }
    c.header(
      'www-authenticate',
      `Bearer authorization="https://login.microsoftonline.com/${world.config.tenant}", resource="${AUDIENCE}"`,
    );
    return authorization === undefined
      ? refuse(c, 401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.')
      : refuse(c, 401, 'Unauthorized', `The token is not one of this cloud's, has expired, or is not for ${AUDIENCE}.`);
  };
