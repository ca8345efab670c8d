/** Key Vault's requests on secrets that are there: set, get, list, change, delete. */
import { z } from 'zod';
import type { Context } from 'hono';
import { readBody } from '../body.ts';
import type { App, Env } from '../http.ts';
import { badParameter, bundle, deletedItem, item, notFound, refuse, type VaultAddress } from './answers.ts';
import { PAGE_MAX_RESULTS, OBJECT_NAME, SECRET_VALUE_MAX_BYTES } from './limits.ts';
import { versionOf, type Changes, type Secret, type Secrets } from './secrets.ts';

const changes = z.object({
  contentType: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  attributes: z
    .object({ enabled: z.boolean().optional(), nbf: z.number().optional(), exp: z.number().optional() })
    .optional(),
});
const newSecret = changes.extend({ value: z.string() });

export function addSecretRoutes(app: App, { secrets, ...vault }: VaultAddress & { secrets: Secrets }): void {
  const live = (name: string): Secret | undefined => {
    const secret = secrets.find(name);
    return secret?.deleted ? undefined : secret;
  };

  app.put('/secrets/:name', async (c) => {
    const name = c.req.param('name');
    if (!OBJECT_NAME.test(name))
      return badParameter(c, `the secret name '${name}' does not match ${OBJECT_NAME.source}`);
    const body = await readBody(c, newSecret);
    if (!body.success) return badParameter(c, z.prettifyError(body.error));
    if (Buffer.byteLength(body.data.value) > SECRET_VALUE_MAX_BYTES) {
      return badParameter(c, `the value is longer than ${SECRET_VALUE_MAX_BYTES} bytes`);
    }
    if (secrets.find(name)?.deleted) return stillRecoverable(c, name);

    const { value, ...rest } = body.data;
    const { secret, version } = secrets.add(name, value, rest);
    return c.json(bundle(vault, secret, version));
  });

  app.get('/secrets', (c) => {
    const items = secrets.all().filter(({ deleted }) => !deleted);
    return page(
      c,
      vault,
      items.map((secret) => item(vault, secret, undefined)),
    );
  });

  app.get('/secrets/:name/versions', (c) => {
    const secret = live(c.req.param('name'));
    if (!secret) return notFound(c, c.req.param('name'));
    return page(
      c,
      vault,
      secret.versions.map((version) => item(vault, secret, version)),
    );
  });

  const get = (c: Context<Env>, name: string, wanted?: string): Response => {
    const secret = live(name);
    const version = secret && versionOf(secret, wanted);
    if (!secret || !version) return notFound(c, wanted ? `${name}/${wanted}` : name);
    if (!version.attributes.enabled) {
      return refuse(c, 403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', 'SecretDisabled');
    }
    return c.json(bundle(vault, secret, version));
  };
  app.get('/secrets/:name', (c) => get(c, c.req.param('name')));
  app.get('/secrets/:name/', (c) => get(c, c.req.param('name')));
  app.get('/secrets/:name/:version', (c) => get(c, c.req.param('name'), c.req.param('version')));

  const change = async (c: Context<Env>, name: string, wanted?: string): Promise<Response> => {
    const secret = live(name);
    const version = secret && versionOf(secret, wanted);
    if (!secret || !version) return notFound(c, wanted ? `${name}/${wanted}` : name);
    const body = await readBody<Changes>(c, changes);
    if (!body.success) return badParameter(c, z.prettifyError(body.error));
    return c.json(item(vault, secret, secrets.change(secret, version, body.data)));
  };
  app.patch('/secrets/:name', (c) => change(c, c.req.param('name')));
  app.patch('/secrets/:name/', (c) => change(c, c.req.param('name')));
  app.patch('/secrets/:name/:version', (c) => change(c, c.req.param('name'), c.req.param('version')));

  app.delete('/secrets/:name', (c) => {
    const secret = live(c.req.param('name'));
    if (!secret) return notFound(c, c.req.param('name'));
    const deleted = secrets.softDelete(secret);
    return c.json(deletedItem(vault, deleted, versionOf(deleted)));
  });
}

/** One page of a list; `$skiptoken` of the next link is the number of items before it. */
export function page(c: Context<Env>, { vaultUrl }: VaultAddress, items: object[]): Response {
  const size = Number(c.req.query('maxresults') ?? PAGE_MAX_RESULTS);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX_RESULTS) {
    return badParameter(c, `maxresults is from 1 to ${PAGE_MAX_RESULTS}`);
  }
  const before = Number(c.req.query('$skiptoken') ?? 0);
  if (!Number.isInteger(before) || before < 0) return badParameter(c, 'the $skiptoken is none that was given out');
  const next = before + size;
  const query = new URLSearchParams({ 'api-version': c.req.query('api-version') ?? '', maxresults: String(size) });
  return c.json({
    value: items.slice(before, next),
    nextLink: next < items.length ? `${vaultUrl}${c.req.path}?${query}&$skiptoken=${next}` : null,
  });
}

const stillRecoverable = (c: Context<Env>, name: string): Response =>
  refuse(
    c,
    409,
    'Conflict',
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    'ObjectIsDeletedButRecoverable',
  );
