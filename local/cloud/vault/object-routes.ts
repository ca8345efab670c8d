/**
 * Secrets and keys as a template makes them, through Resource Manager. It never answers a secret's value, and a key that is there stays as it is:
 * https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/create-if-not-exist
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import type { VaultAddress } from './answers.ts';
import { keyVersionOf, type Key, type Keys } from './keys.ts';
import { OBJECT_NAME, SECRET_VALUE_MAX_BYTES } from './limits.ts';
import { versionOf, type Secret, type Secrets } from './secrets.ts';
import { vaultIdOf } from './vault-resource.ts';

const VAULT = '/subscriptions/:subscription/resourcegroups/:group/providers/microsoft.keyvault/vaults/:vault';

const secretBody = z.object({
  properties: z.object({
    value: z
      .string()
      .refine((value) => Buffer.byteLength(value) <= SECRET_VALUE_MAX_BYTES, `at most ${SECRET_VALUE_MAX_BYTES} bytes`),
    contentType: z.string().optional(),
  }),
  tags: z.record(z.string(), z.string()).optional(),
});
const keyBody = z.object({
  properties: z.object({
    kty: z.literal('EC', 'this vault has elliptic-curve keys only ("EC")'),
    curveName: z.literal('P-256', 'this vault has keys of the curve P-256 only').default('P-256'),
    keyOps: z.array(z.string()).default(['sign', 'verify']),
  }),
  tags: z.record(z.string(), z.string()).optional(),
});

interface Dependencies extends VaultAddress {
  world: World;
  secrets: Secrets;
  keys: Keys;
}

export function addVaultObjectRoutes(arm: App, { world, secrets, keys, vaultUrl }: Dependencies): void {
  const vaultId = vaultIdOf(world.config);
  const common = { location: world.config.location };

  const showSecret = (secret: Secret): object => {
    const uri = `${vaultUrl}/secrets/${secret.name}`;
    const { version = '', contentType, attributes } = versionOf(secret) ?? {};
    return {
      ...{ id: `${vaultId}/secrets/${secret.name}`, name: secret.name, type: 'Microsoft.KeyVault/vaults/secrets' },
      ...common,
      properties: { attributes, contentType, secretUri: uri, secretUriWithVersion: `${uri}/${version}` },
    };
  };
  const showKey = (key: Key): object => {
    const uri = `${vaultUrl}/keys/${key.name}`;
    const { version = '', attributes, operations } = keyVersionOf(key) ?? {};
    return {
      ...{ id: `${vaultId}/keys/${key.name}`, name: key.name, type: 'Microsoft.KeyVault/vaults/keys' },
      ...common,
      properties: {
        ...{ attributes, kty: 'EC', keyOps: operations, curveName: 'P-256' },
        ...{ keyUri: uri, keyUriWithVersion: `${uri}/${version}` },
      },
    };
  };

  arm.put(`${VAULT}/secrets/:name`, async (c) => {
    const name = nameIn(c);
    const body = await readBody(c, secretBody);
    if (!body.success) return armError(c, 400, 'BadRequest', z.prettifyError(body.error));
    const refusal = refusedName(c, name, vaultId);
    if (refusal) return refusal;
    const before = secrets.find(name);
    if (before?.deleted) {
      const message = `Secret ${name} is in a deleted but recoverable state: recover or purge it first.`;
      return armError(c, 409, 'Conflict', message);
    }
    const { properties, tags } = body.data;
    const { value, contentType } = properties;
    const { secret } = secrets.add(name, value, {
      ...(contentType === undefined ? {} : { contentType }),
      ...(tags ? { tags } : {}),
    });
    return c.json(showSecret(secret), before ? 200 : 201);
  });
  arm.get(`${VAULT}/secrets/:name`, (c) => {
    const secret = isHere(c, vaultId) ? secrets.find(nameIn(c)) : undefined;
    return secret && !secret.deleted ? c.json(showSecret(secret)) : notFound(c, 'secrets');
  });

  arm.put(`${VAULT}/keys/:name`, async (c) => {
    const name = nameIn(c);
    const body = await readBody(c, keyBody);
    if (!body.success) return armError(c, 400, 'BadRequest', z.prettifyError(body.error));
    const refusal = refusedName(c, name, vaultId);
    if (refusal) return refusal;
    const { properties, tags } = body.data;
    const key = keys.find(name) ?? keys.create(name, { operations: properties.keyOps, ...(tags ? { tags } : {}) }).key;
    return c.json(showKey(key));
  });
  arm.get(`${VAULT}/keys/:name`, (c) => {
    const key = isHere(c, vaultId) ? keys.find(nameIn(c)) : undefined;
    return key ? c.json(showKey(key)) : notFound(c, 'keys');
  });
}

/** As it was written; parameters of the ARM app are in lower case. */
const nameIn = (c: Context<Env>): string => decodeURIComponent(new URL(c.req.url).pathname.split('/').at(-1) ?? '');

const isHere = (c: Context<Env>, vaultId: string): boolean => c.req.path.startsWith(`${vaultId.toLowerCase()}/`);

function refusedName(c: Context<Env>, name: string, vaultId: string): Response | undefined {
  if (!isHere(c, vaultId)) {
    const message = `The vault '${c.req.param('vault')}' was not found in the group '${c.req.param('group')}'.`;
    return armError(c, 404, 'ParentResourceNotFound', message);
  }
  if (OBJECT_NAME.test(name)) return undefined;
  return armError(c, 400, 'BadRequest', `the name '${name}' does not match ${OBJECT_NAME.source}`);
}

const notFound = (c: Context<Env>, type: string): Response =>
  armError(c, 404, 'ResourceNotFound', `The Resource 'Microsoft.KeyVault/vaults/${type}/${nameIn(c)}' was not found.`);
