/** The registries as resources: get, list, PUT, PATCH, names and usage. Which registries exist is this cloud's configuration. */
import type { Context } from 'hono';
import type { App, Env } from '../../http.ts';
import { authorOf, type Author } from '../../system-data.ts';
import type { World } from '../../world.ts';
import { REGISTRY_NAME, USAGE } from '../limits.ts';
import type { Registry } from '../registry.ts';
import type { Users } from '../users.ts';
import { jsonObject, notEmulated, refusing, REGISTRY_PATH, registryOf } from './answers.ts';
import {
  merged,
  putSettings,
  refusedSettings,
  resource,
  settingsOf,
  writable,
  type Json,
  type RegistrySettings,
} from './settings.ts';

const PROVIDER = '/providers/microsoft.containerregistry';

export function addRegistryRoutes(
  arm: App,
  options: { world: World; registries: Registry[]; usersOf: (registry: Registry) => Users },
): void {
  const { world, registries, usersOf } = options;
  const { subscription } = world.config;
  const author = (c: Context<Env>) => authorOf(c, world.config, world.clock.now());
  const answer = (registry: Registry): Json =>
    resource({
      registry,
      settings: settingsOf(world, registry),
      adminUserEnabled: usersOf(registry).admin().enabled,
    });
  const update = (registry: Registry, settings: RegistrySettings, body: Json, { at, name }: Author): void => {
    const refused = refusedSettings(body);
    if (refused.length > 0) throw notEmulated(refused.join('; '));
    const { sku, tags, properties } = merged(
      { sku: settings.sku, tags: settings.tags, properties: settings.properties },
      { sku: body['sku'] ?? {}, tags: body['tags'] ?? {}, properties: writable(body['properties']) },
    ) as { sku: Json; tags: Json; properties: Json };
    const users = usersOf(registry);
    const adminUserEnabled = (body['properties'] as Json | null | undefined)?.['adminUserEnabled'];
    world.store.transaction(() => {
      putSettings(world, registry, {
        ...settings,
        modifiedAt: at,
        ...(name === undefined ? {} : { modifiedBy: name }),
        sku: { ...sku, tier: sku['name'] },
        tags,
        properties,
      });
      if (typeof adminUserEnabled === 'boolean') users.putAdmin({ ...users.admin(), enabled: adminUserEnabled });
    });
  };

  arm.get(
    REGISTRY_PATH,
    refusing((c) => c.json(answer(registryOf(c, registries)))),
  );
  arm.get(`/subscriptions/:subscription${PROVIDER}/registries`, (c) => {
    const ours = c.req.param('subscription') === subscription.toLowerCase();
    return c.json({ value: ours ? registries.map(answer) : [] });
  });
  arm.get(`/subscriptions/:subscription/resourcegroups/:group${PROVIDER}/registries`, (c) => {
    const { subscription: asked, group } = c.req.param();
    const value = registries.filter(
      ({ resourceGroup }) => asked === subscription.toLowerCase() && resourceGroup.toLowerCase() === group,
    );
    return c.json({ value: value.map(answer) });
  });

  arm.put(
    REGISTRY_PATH,
    refusing(async (c) => {
      const name = c.req.param('registry') ?? '';
      if (!registries.some((registry) => registry.name.toLowerCase() === name)) {
        throw notEmulated(`Creating registry ${name} (the registries of this cloud are in its configuration)`);
      }
      const registry = registryOf(c, registries);
      // A PUT says all tags, a PATCH some.
      update(registry, { ...settingsOf(world, registry), tags: {} }, await jsonObject(c), author(c));
      return c.json(answer(registry));
    }),
  );
  arm.patch(
    REGISTRY_PATH,
    refusing(async (c) => {
      const registry = registryOf(c, registries);
      update(registry, settingsOf(world, registry), await jsonObject(c), author(c));
      return c.json(answer(registry));
    }),
  );
  arm.delete(
    REGISTRY_PATH,
    refusing((c) => {
      const { name } = registryOf(c, registries);
      throw notEmulated(`Deleting registry ${name} (the registries of this cloud are in its configuration)`);
    }),
  );

  arm.post(
    `/subscriptions/:subscription${PROVIDER}/checknameavailability`,
    refusing(async (c) => {
      const { name } = await jsonObject(c);
      if (typeof name !== 'string' || !REGISTRY_NAME.test(name)) {
        const message = 'The registry name is not valid: 5 to 50 letters and digits.';
        return c.json({ nameAvailable: false, reason: 'Invalid', message });
      }
      if (!registries.some((registry) => registry.name.toLowerCase() === name.toLowerCase())) {
        return c.json({ nameAvailable: true });
      }
      const message = `The registry ${name} is already in use.`;
      return c.json({ nameAvailable: false, reason: 'AlreadyExists', message });
    }),
  );
  arm.get(
    `${REGISTRY_PATH}/listusages`,
    refusing(async (c) => {
      const registry = registryOf(c, registries);
      const users = usersOf(registry);
      const usage = (name: string, limit: number, currentValue: number, unit: string) => ({
        name,
        limit,
        currentValue,
        unit,
      });
      const included = USAGE.included(settingsOf(world, registry).sku['name']);
      return c.json({
        value: [
          usage('Size', included.sizeBytes, await registry.blobs.totalBytes(), 'Bytes'),
          usage('Webhooks', included.webhooks, 0, 'Count'),
          usage('ScopeMaps', USAGE.scopeMaps, users.scopeMaps().length, 'Count'),
          usage('Tokens', USAGE.tokens, users.tokens().length, 'Count'),
        ],
      });
    }),
  );
}
