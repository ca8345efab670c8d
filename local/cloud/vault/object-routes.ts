/**
 * Secrets and keys as a template makes them, through Resource Manager. It never answers a secret's value, and a key that is there stays as it is:
 * https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/create-if-not-exist
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import { keyVersionOf, type Key } from './keys.ts';
import { OBJECT_NAME, SECRET_VALUE_MAX_BYTES } from './limits.ts';
import { versionOf, type Secret } from './secrets.ts';
import type { Vault } from './vault.ts';

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
    kty: z.literal('EC', 'a vault here has elliptic-curve keys only ("EC")'),
    curveName: z.literal('P-256', 'a vault here has keys of the curve P-256 only').default('P-256'),
    keyOps: z.array(z.string()).default(['sign', 'verify']),
  }),
  tags: z.record(z.string(), z.string()).optional(),
});

export function addVaultObjectRoutes(arm: App, { world, vaults }: { world: World; vaults: Vault[] }): void {
  const common = { location: world.config.location };
  const vaultOf = (c: Context<Env>): Vault | undefined =>
    vaults.find(({ id }) => c.req.path.startsWith(`${id.toLowerCase()}/`));

  const showSecret = ({ id, url }: Vault, secret: Secret): object => {
    const uri = `${url}/secrets/${secret.name}`;
    const { version = '', contentType, attributes } = versionOf(secret) ?? {};
    return {
      ...{ id: `${id}/secrets/${secret.name}`, name: secret.name, type: 'Microsoft.KeyVault/vaults/secrets' },
      ...common,
      properties: { attributes, contentType, secretUri: uri, secretUriWithVersion: `${uri}/${version}` },
    };
  };
  const showKey = ({ id, url }: Vault, key: Key): object => {
    const uri = `${url}/keys/${key.name}`;
    const { version = '', attributes, operations } = keyVersionOf(key) ?? {};
    return {
      ...{ id: `${id}/keys/${key.name}`, name: key.name, type: 'Microsoft.KeyVault/vaults/keys' },
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
    const vault = vaultOf(c);
    if (!vault) return noVault(c);
    if (!OBJECT_NAME.test(name)) return badName(c, name);
    const { secrets } = vault;
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
    return c.json(showSecret(vault, secret), before ? 200 : 201);
  });
  arm.get(`${VAULT}/secrets/:name`, (c) => {
    const vault = vaultOf(c);
    const secret = vault?.secrets.find(nameIn(c));
    return vault && secret && !secret.deleted ? c.json(showSecret(vault, secret)) : notFound(c, 'secrets');
  });

  arm.put(`${VAULT}/keys/:name`, async (c) => {
    const name = nameIn(c);
    const body = await readBody(c, keyBody);
    if (!body.success) return armError(c, 400, 'BadRequest', z.prettifyError(body.error));
    const vault = vaultOf(c);
    if (!vault) return noVault(c);
    if (!OBJECT_NAME.test(name)) return badName(c, name);
    const { keys } = vault;
    const { properties, tags } = body.data;
    const key = keys.find(name) ?? keys.create(name, { operations: properties.keyOps, ...(tags ? { tags } : {}) }).key;
    return c.json(showKey(vault, key));
  });
  arm.get(`${VAULT}/keys/:name`, (c) => {
    const vault = vaultOf(c);
    const key = vault?.keys.find(nameIn(c));
    return vault && key ? c.json(showKey(vault, key)) : notFound(c, 'keys');
  });
}

/** As it was written; parameters of the ARM app are in lower case. */
const nameIn = (c: Context<Env>): string => decodeURIComponent(new URL(c.req.url).pathname.split('/').at(-1) ?? '');

const noVault = (c: Context<Env>): Response => {
  const message = `The vault '${c.req.param('vault')}' was not found in the group '${c.req.param('group')}'.`;
  return armError(c, 404, 'ParentResourceNotFound', message);
};

const badName = (c: Context<Env>, name: string): Response =>
  armError(c, 400, 'BadRequest', `the name '${name}' does not match ${OBJECT_NAME.source}`);

const notFound = (c: Context<Env>, type: string): Response =>
  armError(c, 404, 'ResourceNotFound', `The Resource 'Microsoft.KeyVault/vaults/${type}/${nameIn(c)}' was not found.`);
