/**
 * User-assigned identities as resources: PUT, GET, lists in a group and in the subscription. Whom this cloud knows is its configuration: a PUT says where the identity of
 * that name lies, and another name is refused.
 */
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App } from '../http.ts';
import type { World } from '../world.ts';

const GROUP =
  '/subscriptions/:subscription/resourcegroups/:group/providers/microsoft.managedidentity/userassignedidentities';

interface Kept {
  /** As the PUT wrote it. */
  id: string;
  location: string;
  tags: Record<string, string>;
}

const putBody = z.object({ location: z.string(), tags: z.record(z.string(), z.string()).default({}) });

export function addUserAssignedRoutes(arm: App, { store, config }: Pick<World, 'store' | 'config'>): void {
  const kept = store.collection<Kept>('identity.user-assigned');
  const principalNamed = (name: string) => config.principals.find((known) => known.name.toLowerCase() === name);
  const show = ({ id, location, tags }: Kept): object => {
    const name = id.slice(id.lastIndexOf('/') + 1);
    const { objectId, clientId } = principalNamed(name.toLowerCase()) ?? {};
    return {
      ...{ id, name, type: 'Microsoft.ManagedIdentity/userAssignedIdentities', location, tags },
      properties: { tenantId: config.tenant, principalId: objectId, clientId },
    };
  };

  arm.get('/subscriptions/:subscription/providers/microsoft.managedidentity/userassignedidentities', (c) =>
    c.json({ value: kept.entries().map(({ value }) => show(value)) }),
  );
  arm.get(GROUP, (c) => c.json({ value: kept.entries(`${c.req.path}/`).map(({ value }) => show(value)) }));
  arm.get(`${GROUP}/:name`, (c) => {
    const found = kept.get(c.req.path);
    if (found) return c.json(show(found));
    const message = `The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/${c.req.param('name')}' was not found.`;
    return armError(c, 404, 'ResourceNotFound', message);
  });
  arm.put(`${GROUP}/:name`, async (c) => {
    const body = await readBody(c, putBody);
    if (!body.success) return armError(c, 400, 'InvalidRequestContent', z.prettifyError(body.error));
    const name = c.req.param('name');
    if (!principalNamed(name)) {
      const message = `Making the identity ${name} is not emulated: the identities of this cloud are in its configuration.`;
      return armError(c, 501, 'NotEmulated', message);
    }
    const before = kept.get(c.req.path);
    const identity = { id: before?.id ?? decodeURIComponent(new URL(c.req.url).pathname), ...body.data };
    kept.put(c.req.path, identity);
    return c.json(show(identity), before ? 200 : 201);
  });
}
