/** The front of the emulated Azure Resource Manager: who may come in and do what, the one subscription, and its resource groups. */
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { readBody } from './body.ts';
import { armError, newArmApp, type App, type Env } from './http.ts';
import { authorizeArm } from './roles/authorize-arm.ts';
import type { IdentityService, RoleService, World } from './world.ts';

interface ResourceGroup {
  /** As it was written first; compared without regard to case. */
  name: string;
  location: string;
  tags: Record<string, string>;
}

const putBody = z.object({ location: z.string(), tags: z.record(z.string(), z.string()).default({}) });

interface Dependencies {
  world: World;
  identity: IdentityService;
  roles: RoleService;
}

/** The services add their routes to the answer. */
export function createArm({ world, identity, roles }: Dependencies): App {
  const { config, store } = world;
  const subscriptionId = `/subscriptions/${config.subscription}`;
  const groups = store.collection<ResourceGroup>('arm.resourceGroups');
  for (const { resourceGroup } of [...config.registries, ...config.vaults]) {
    const key = resourceGroup.toLowerCase();
    if (!groups.get(key)) groups.put(key, { name: resourceGroup, location: config.location, tags: {} });
  }

  const show = (group: ResourceGroup): object => ({
    id: `${subscriptionId}/resourceGroups/${group.name}`,
    type: 'Microsoft.Resources/resourceGroups',
    ...group,
    properties: { provisioningState: 'Succeeded' },
  });

  const arm = newArmApp();
  arm.use('/subscriptions/*', authenticateArm({ world, identity }));
  arm.use('/subscriptions/:subscription/*', async (c, next) => {
    const asked = c.req.param('subscription');
    if (asked === config.subscription.toLowerCase()) return next();
    return armError(c, 404, 'SubscriptionNotFound', `The subscription '${asked}' could not be found.`);
  });

  arm.use('/subscriptions/*', authorizeArm({ world, roles }));

  arm.get('/subscriptions/:subscription', (c) =>
    c.json({
      id: subscriptionId,
      subscriptionId: config.subscription,
      tenantId: config.tenant,
      displayName: config.instance,
      state: 'Enabled',
    }),
  );
  arm.get('/subscriptions/:subscription/resourcegroups', (c) =>
    c.json({ value: groups.entries().map(({ value }) => show(value)) }),
  );
  arm.put('/subscriptions/:subscription/resourcegroups/:group', async (c) => {
    const body = await readBody(c, putBody);
    if (!body.success) return armError(c, 400, 'InvalidRequestContent', z.prettifyError(body.error));
    const key = c.req.param('group');
    const before = groups.get(key);
    const written = new URL(c.req.url).pathname.split('/').at(-1) ?? key;
    const group = { name: before?.name ?? decodeURIComponent(written), ...body.data };
    groups.put(key, group);
    return c.json(show(group), before ? 200 : 201);
  });
  arm.get('/subscriptions/:subscription/resourcegroups/:group', (c) => {
    const group = groups.get(c.req.param('group'));
    if (group) return c.json(show(group));
    return armError(c, 404, 'ResourceGroupNotFound', `Resource group '${c.req.param('group')}' could not be found.`);
  });
  return arm;
}

/** Sets the principal of a request whose token is for Resource Manager, and refuses the others. */
export const authenticateArm = ({
  world,
  identity,
}: Pick<Dependencies, 'world' | 'identity'>): MiddlewareHandler<Env> => {
  const { tenant, ports } = world.config;
  const audiences = [`https://localhost:${ports.arm}`, 'https://management.azure.com'];

  return async (c, next) => {
    const authorization = c.req.header('authorization');
    const principal = identity.verify(authorization, audiences);
    if (principal) {
      c.set('principal', principal);
      return next();
    }
    c.header(
      'www-authenticate',
      `Bearer authorization_uri="https://login.microsoftonline.com/${tenant}", error="invalid_token"`,
    );
    return authorization === undefined
      ? armError(c, 401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
      : armError(
          c,
          401,
          'InvalidAuthenticationToken',
          `The access token is not one of this cloud's, has expired, or is for none of: ${audiences.join(', ')}.`,
        );
  };
};
