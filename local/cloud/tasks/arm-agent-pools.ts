/**
 * `…/registries/{registry}/agentPools`: PUT, GET, PATCH, DELETE, list, and the length of a pool's queue.
 *
 * A pool is a name that tasks and runs may ask for; its machines are this one, whatever tier, count or network it asks for.
 */
import type { Context } from 'hono';
import { armError, type App, type Env } from '../http.ts';
import { authorOf, createdBy, modifiedBy } from '../system-data.ts';
import type { World } from '../world.ts';
import { bodyOf, checked, jsonOf, nameAfter, notFound, registryOf, REGISTRY_PATH } from './arm-request.ts';
import { mergePatch } from './merge.ts';
import { isEnded, taskKey, type AgentPoolRecord, type Records, type Registry } from './records.ts';
import { agentPool } from './schemas.ts';
import { registryId } from './views.ts';

/** https://learn.microsoft.com/rest/api/containerregistry/agent-pools/create */
const NAME = /^[A-Za-z0-9-]{3,20}$/;

export function addAgentPoolRoutes(arm: App, { world, records }: { world: World; records: Records }): void {
  const path = `${REGISTRY_PATH}/agentpools/:pool`;

  const view = ({ name, resource, systemData }: AgentPoolRecord, registry: Registry): object => ({
    type: 'Microsoft.ContainerRegistry/registries/agentPools',
    properties: { provisioningState: 'Succeeded', ...resource.properties },
    id: `${registryId(world.config, registry)}/agentPools/${name}`,
    name,
    location: resource.location,
    ...(resource.tags ? { tags: resource.tags } : {}),
    systemData,
  });

  const store = (c: Context<Env>, registry: Registry, pool: Pick<AgentPoolRecord, 'name' | 'resource'>): Response => {
    const key = taskKey(registry.name, pool.name);
    const known = records.agentPools.get(key);
    const author = authorOf(c, world.config, world.clock.now());
    const record = { ...pool, systemData: { ...(known?.systemData ?? createdBy(author)), ...modifiedBy(author) } };
    records.agentPools.put(key, record);
    return c.json(view(record, registry), known ? 200 : 201);
  };

  /** Finds registry and pool, or refuses. */
  const withPool =
    (act: (c: Context<Env>, registry: Registry, pool: AgentPoolRecord) => Response | Promise<Response>) =>
    (c: Context<Env>) => {
      const registry = registryOf(c, world.config);
      if (registry instanceof Response) return registry;
      const name = nameAfter(c, 'agentpools');
      const pool = records.agentPools.get(taskKey(registry.name, name));
      return pool
        ? act(c, registry, pool)
        : notFound(c, `The agent pool '${name}' of the registry ${registry.name} was not found.`);
    };

  arm.get(`${REGISTRY_PATH}/agentpools`, (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const pools = records.agentPools.entries(`${registry.name.toLowerCase()}/`);
    return c.json({ value: pools.map(({ value }) => view(value, registry)) });
  });
  arm.put(path, async (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const name = nameAfter(c, 'agentpools');
    if (!NAME.test(name)) {
      return armError(
        c,
        400,
        'InvalidAgentPoolName',
        `"${name}": an agent pool's name has 3 to 20 letters, digits and "-"`,
      );
    }
    const resource = await bodyOf(c, agentPool);
    return resource instanceof Response ? resource : store(c, registry, { name, resource });
  });
  arm.get(
    path,
    withPool((c, registry, pool) => c.json(view(pool, registry))),
  );
  arm.patch(
    path,
    withPool(async (c, registry, pool) => {
      const patch = await jsonOf(c);
      if (patch instanceof Response) return patch;
      const resource = checked(c, agentPool, mergePatch(pool.resource, patch));
      return resource instanceof Response ? resource : store(c, registry, { name: pool.name, resource });
    }),
  );
  arm.delete(path, (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    return c.body(null, records.agentPools.delete(taskKey(registry.name, nameAfter(c, 'agentpools'))) ? 200 : 204);
  });
  arm.post(
    `${path}/listqueuestatus`,
    withPool((c, registry, pool) => {
      const waiting = records.runs
        .entries(`${registry.name.toLowerCase()}/`)
        .filter(
          ({ value }) => !isEnded(value.status) && value.agentPoolName?.toLowerCase() === pool.name.toLowerCase(),
        );
      return c.json({ count: waiting.length });
    }),
  );
}
