/**
 * The storage account as a resource, with its services and blob containers. The one account of the configuration is there from the start, and its
 * data plane is Azurite's; a container that is put here is made there.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { storageIdOf } from '../events/dead-letter-destination.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import type { Containers } from './containers.ts';

const ACCOUNT =
  '/subscriptions/:subscription/resourcegroups/:group/providers/microsoft.storage/storageaccounts/:account';
const SERVICES = ['blobServices', 'tableServices'];

/** Only what this account is like: anything else would be promised and not kept. */
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

export function addStorageRoutes(
  arm: App,
  { config, containers }: { config: World['config']; containers: Containers },
): void {
  const id = storageIdOf(config);
  const isHere = (c: Context<Env>): boolean => id !== undefined && `${c.req.path}/`.startsWith(`${id.toLowerCase()}/`);
  const account = {
    ...{ id, name: config.storage?.name, type: 'Microsoft.Storage/storageAccounts', kind: 'StorageV2' },
    ...{ location: config.location, sku: { name: 'Standard_LRS', tier: 'Standard' } },
    properties: {
      ...{ provisioningState: 'Succeeded', allowBlobPublicAccess: false, supportsHttpsTrafficOnly: true },
      primaryEndpoints: endpoints(config),
    },
  };

  arm.get(ACCOUNT, (c) => (isHere(c) ? c.json(account) : notFound(c)));
  arm.put(ACCOUNT, async (c) => {
    if (!isHere(c)) {
      const message = `Making the storage account ${c.req.param('account')} is not emulated: that of this cloud is in its configuration.`;
      return armError(c, 501, 'NotEmulated', message);
    }
    const body = await readBody(c, accountBody);
    return body.success ? c.json(account) : armError(c, 400, 'InvalidRequestContent', z.prettifyError(body.error));
  });

  for (const service of SERVICES) {
    const path = `${ACCOUNT}/${service.toLowerCase()}/default`;
    const resource = { id: `${id}/${service}/default`, name: 'default', type: `${account.type}/${service}` };
    arm.on(['GET', 'PUT'], path, (c) => (isHere(c) ? c.json({ ...resource, properties: {} }) : notFound(c)));
  }

  const show = (name: string): object => ({
    ...{ id: `${id}/blobServices/default/containers/${name}`, name, type: `${account.type}/blobServices/containers` },
    properties: { publicAccess: 'None' },
  });
  arm.get(`${ACCOUNT}/blobservices/default/containers/:name`, async (c) => {
    const name = c.req.param('name');
    return isHere(c) && (await containers.exists(name)) ? c.json(show(name)) : notFound(c);
  });
  arm.put(`${ACCOUNT}/blobservices/default/containers/:name`, async (c) => {
    if (!isHere(c)) return notFound(c);
    const name = c.req.param('name');
    const isNew = await containers.ensure(name);
    return c.json(show(name), isNew ? 201 : 200);
  });
}

/** Those of the doors, when there are any; the services of this cloud have another one. */
function endpoints({ storage }: World['config']): Record<string, string> {
  if (!storage?.doors) return { blob: `${storage?.blobEndpoint}/` };
  const { pathname } = new URL(storage.blobEndpoint);
  const at = (door: { front: number }) => `https://127.0.0.1:${door.front}${pathname}/`;
  return { blob: at(storage.doors.blobs), table: at(storage.doors.tables) };
}

const notFound = (c: Context<Env>): Response =>
  armError(c, 404, 'ResourceNotFound', `The Resource '${c.req.path}' was not found.`);
