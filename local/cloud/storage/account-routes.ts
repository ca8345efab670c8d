/**
 * The storage accounts as resources, with their services and blob containers. Those of the configuration are there from the start, and their data
 * plane is Azurite's; a container that is put here is made there.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import { storageAccounts, type StorageAccount } from './accounts.ts';
import type { Containers } from './containers.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';
const ACCOUNTS = 'providers/microsoft.storage/storageaccounts';
const ACCOUNT = `/subscriptions/:subscription/resourcegroups/:group/${ACCOUNTS}/:account`;
const SERVICES = ['blobServices', 'queueServices', 'tableServices'];

/** Only what these accounts are like: anything else would be promised and not kept. */
const accountBody = z.object({
  kind: z.literal('StorageV2').default('StorageV2'),
  properties: z
    .looseObject({
      allowBlobPublicAccess: z.literal(false, 'public access to blobs is not emulated').nullish(),
      networkAcls: z
        .looseObject({ defaultAction: z.literal('Allow', 'a closed storage account is not emulated') })
        .nullish(),
    })
    .prefault({}),
});
const serviceBody = z.object({
  properties: z
    .looseObject({ isVersioningEnabled: z.literal(false, 'versions of blobs are not emulated').nullish() })
    .prefault({}),
});

export function addStorageRoutes(
  arm: App,
  { config, containers }: { config: World['config']; containers: Containers },
): void {
  const accountOf = (c: Context<Env>): StorageAccount | undefined =>
    storageAccounts(config).find(({ id }) => `${c.req.path}/`.startsWith(`${id.toLowerCase()}/`));
  const showAccount = ({ id, name }: StorageAccount): object => ({
    ...{ id, name, type: TYPE, kind: 'StorageV2' },
    ...{ location: config.location, sku: { name: 'Standard_LRS', tier: 'Standard' } },
    properties: {
      ...{ provisioningState: 'Succeeded', allowBlobPublicAccess: false, supportsHttpsTrafficOnly: true },
      primaryEndpoints: endpoints(config, name),
    },
  });

  arm.get(`/subscriptions/:subscription/${ACCOUNTS}`, (c) =>
    c.json({ value: storageAccounts(config).map(showAccount) }),
  );
  arm.get(ACCOUNT, (c) => {
    const account = accountOf(c);
    return account ? c.json(showAccount(account)) : notFound(c);
  });
  arm.put(ACCOUNT, async (c) => {
    const account = accountOf(c);
    if (!account) {
      const message = `Making the storage account ${c.req.param('account')} is not emulated: those of this cloud are in its configuration.`;
      return armError(c, 501, 'NotEmulated', message);
    }
    const body = await readBody(c, accountBody);
    return body.success ? c.json(showAccount(account)) : invalid(c, body.error);
  });

  for (const service of SERVICES) {
    const path = `${ACCOUNT}/${service.toLowerCase()}/default`;
    const show = ({ id }: StorageAccount): object => ({
      ...{ id: `${id}/${service}/default`, name: 'default', type: `${TYPE}/${service}`, properties: {} },
    });
    arm.get(path, (c) => {
      const account = accountOf(c);
      return account ? c.json(show(account)) : notFound(c);
    });
    arm.put(path, async (c) => {
      const account = accountOf(c);
      if (!account) return notFound(c);
      const body = await readBody(c, serviceBody);
      return body.success ? c.json(show(account)) : invalid(c, body.error);
    });
  }

  const showContainer = ({ id }: StorageAccount, name: string): object => ({
    ...{ id: `${id}/blobServices/default/containers/${name}`, name, type: `${TYPE}/blobServices/containers` },
    properties: { publicAccess: 'None' },
  });
  arm.get(`${ACCOUNT}/blobservices/default/containers/:name`, async (c) => {
    const account = accountOf(c);
    const name = c.req.param('name');
    const isThere = account && (await containers.exists(account.name, name));
    return isThere ? c.json(showContainer(account, name)) : notFound(c);
  });
  arm.put(`${ACCOUNT}/blobservices/default/containers/:name`, async (c) => {
    const account = accountOf(c);
    if (!account) return notFound(c);
    const name = c.req.param('name');
    const isNew = await containers.ensure(account.name, name);
    return c.json(showContainer(account, name), isNew ? 201 : 200);
  });
}

/** Those of the doors, when there are any; the services of this cloud have another one. */
function endpoints({ storage }: World['config'], account: string): Record<string, string> {
  if (!storage?.doors) return { blob: `${storage?.blobEndpoint}/${account}/` };
  const at = (door: { front: number }) => `https://127.0.0.1:${door.front}/${account}/`;
  return { blob: at(storage.doors.blobs), queue: at(storage.doors.queues), table: at(storage.doors.tables) };
}

const invalid = (c: Context<Env>, error: z.ZodError): Response =>
  armError(c, 400, 'InvalidRequestContent', z.prettifyError(error));
const notFound = (c: Context<Env>): Response =>
  armError(c, 404, 'ResourceNotFound', `The Resource '${c.req.path}' was not found.`);
