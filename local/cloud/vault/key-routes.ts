/**
 * Key Vault's requests on keys: create, get, list, change, sign, verify. https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups
 *
 * Only what signs: keys of P-256, ES256. Deleting, importing, wrapping and encrypting are not built and refused by name.
 */
import { z } from 'zod';
import type { Context } from 'hono';
import { readBody } from '../body.ts';
import type { App, Env } from '../http.ts';
import { badParameter, refuse, type VaultAddress } from './answers.ts';
import { keyVersionOf, signHash, verifyHash, type Key, type Keys, type KeyVersion } from './keys.ts';
import { OBJECT_NAME, RECOVERABLE_DAYS } from './limits.ts';
import { page } from './secret-routes.ts';

const HASH_BYTES = 32;
const SIGNING = ['sign', 'verify'];

const attributes = z
  .object({ enabled: z.boolean().optional(), nbf: z.number().optional(), exp: z.number().optional() })
  .optional();
const tags = z.record(z.string(), z.string()).optional();
const newKey = z.object({
  kty: z.literal('EC', 'this vault has elliptic-curve keys only ("EC")'),
  crv: z.literal('P-256', 'this vault has keys of the curve P-256 only').optional(),
  key_ops: z.array(z.string()).optional(),
  attributes,
  tags,
});
const changes = z.object({ key_ops: z.array(z.string()).optional(), attributes, tags });
const alg = z.literal('ES256', 'this vault signs with ES256 only');
const toSign = z.object({ alg, value: z.string() });
const toVerify = z.object({ alg, digest: z.string(), value: z.string() });

interface Found {
  key: Key;
  version: KeyVersion;
}

export function addKeyRoutes(app: App, { keys, ...vault }: VaultAddress & { keys: Keys }): void {
  const find = (name: string, wanted?: string): Found | undefined => {
    const key = keys.find(name);
    const version = key && keyVersionOf(key, wanted);
    return key && version && { key, version };
  };
  const bundle = ({ key, version }: Found) => ({
    key: {
      kid: `${vault.vaultUrl}/keys/${key.name}/${version.version}`,
      ...{ kty: 'EC', key_ops: version.operations, crv: 'P-256', x: version.x, y: version.y },
    },
    ...shown(version),
  });

  app.post('/keys/:name/create', async (c) => {
    const name = c.req.param('name');
    if (!OBJECT_NAME.test(name)) return badParameter(c, `the key name '${name}' does not match ${OBJECT_NAME.source}`);
    const body = await readBody(c, newKey);
    if (!body.success) return badParameter(c, z.prettifyError(body.error));
    const { key_ops: operations = SIGNING, ...rest } = body.data;
    return c.json(bundle(keys.create(name, { operations, ...rest })));
  });

  app.get('/keys', (c) => {
    const items = keys
      .all()
      .map((key) => ({ kid: `${vault.vaultUrl}/keys/${key.name}`, ...shown(key.versions.at(-1)) }));
    return page(c, vault, items);
  });

  app.get('/keys/:name/versions', (c) => {
    const key = keys.find(c.req.param('name'));
    if (!key) return notFound(c, c.req.param('name'));
    const kid = (version: KeyVersion) => `${vault.vaultUrl}/keys/${key.name}/${version.version}`;
    return page(
      c,
      vault,
      key.versions.map((version) => ({ kid: kid(version), ...shown(version) })),
    );
  });

  const get = (c: Context<Env>, name: string, wanted?: string): Response => {
    const found = find(name, wanted);
    return found ? c.json(bundle(found)) : notFound(c, wanted ? `${name}/${wanted}` : name);
  };
  app.get('/keys/:name', (c) => get(c, c.req.param('name')));
  app.get('/keys/:name/', (c) => get(c, c.req.param('name')));
  app.get('/keys/:name/:version', (c) => get(c, c.req.param('name'), c.req.param('version')));

  app.patch('/keys/:name/:version', async (c) => {
    const found = find(c.req.param('name'), c.req.param('version'));
    if (!found) return notFound(c, `${c.req.param('name')}/${c.req.param('version')}`);
    const body = await readBody(c, changes);
    if (!body.success) return badParameter(c, z.prettifyError(body.error));
    const { key_ops: operations, ...rest } = body.data;
    const version = keys.change(found.key, found.version, { operations, ...rest });
    return c.json(bundle({ key: found.key, version }));
  });

  const use = <T>(
    operation: string,
    schema: z.ZodType<T>,
    answer: (c: Context<Env>, found: Found, asked: T) => Response,
  ) => {
    const handler = async (c: Context<Env>): Promise<Response> => {
      const { name = '', version } = c.req.param() as { name?: string; version?: string };
      const found = find(name, version);
      if (!found) return notFound(c, version ? `${name}/${version}` : name);
      const refused = refuseUse(c, found.version, operation);
      if (refused) return refused;
      const body = await readBody(c, schema);
      if (!body.success) return badParameter(c, z.prettifyError(body.error));
      return answer(c, found, body.data);
    };
    app.post(`/keys/:name/:version/${operation}`, handler);
    // As the SDK asks when it names no version.
    app.post(`/keys/:name//${operation}`, handler);
  };

  use('sign', toSign, (c, found, asked) => {
    const hash = Buffer.from(asked.value, 'base64url');
    if (hash.length !== HASH_BYTES) return wrongHash(c, hash);
    return c.json({ kid: bundle(found).key.kid, value: signHash(found.version, hash).toString('base64url') });
  });
  use('verify', toVerify, (c, { version }, asked) => {
    const hash = Buffer.from(asked.digest, 'base64url');
    if (hash.length !== HASH_BYTES) return wrongHash(c, hash);
    return c.json({ value: verifyHash(version, hash, Buffer.from(asked.value, 'base64url')) });
  });
}

const shown = (version: KeyVersion | undefined) => ({
  attributes: { ...version?.attributes, recoveryLevel: 'Recoverable+Purgeable', recoverableDays: RECOVERABLE_DAYS },
  tags: version?.tags ?? {},
});

function refuseUse(
  c: Context<Env>,
  { attributes: { enabled }, operations }: KeyVersion,
  use: string,
): Response | undefined {
  if (!enabled) {
    return refuse(c, 403, 'Forbidden', `Operation ${use} is not allowed on a disabled key.`, 'KeyDisabled');
  }
  if (operations.includes(use)) return undefined;
  return refuse(c, 403, 'Forbidden', `Operation ${use} is not permitted on this key.`, 'KeyOperationForbidden');
}

const wrongHash = (c: Context<Env>, hash: Buffer): Response =>
  badParameter(c, `ES256 is over a hash of ${HASH_BYTES} bytes, and this has ${hash.length}`);

const notFound = (c: Context<Env>, named: string): Response =>
  refuse(
    c,
    404,
    'KeyNotFound',
    `A key with (name/id) ${named} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command.`,
  );
