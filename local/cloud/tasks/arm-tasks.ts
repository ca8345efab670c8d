/** `…/registries/{registry}/tasks`: PUT, GET, PATCH, DELETE, list and listDetails. */
import type { Context } from 'hono';
import { armError, type App, type Env } from '../http.ts';
import { authorOf, createdBy, modifiedBy } from '../system-data.ts';
import type { World } from '../world.ts';
import { checked, jsonOf, missingPool, nameAfter, notFound, registryOf, REGISTRY_PATH } from './arm-request.ts';
import { mergePatch } from './merge.ts';
import { newId, taskKey, type Records, type Registry, type TaskRecord } from './records.ts';
import { taskResource, type TaskResource } from './schemas.ts';
import { taskView } from './views.ts';

/** https://learn.microsoft.com/rest/api/containerregistry/tasks/create */
const TASK_NAME = /^[A-Za-z0-9_-]{5,50}$/;

/** What follows a task from the moment that it is stored. */
export interface Follower {
  follow(task: TaskRecord): void;
  /** `key`: of the task. */
  forget(key: string): void;
}

export function addTaskRoutes(
  arm: App,
  { world, records, triggers }: { world: World; records: Records; triggers: Follower[] },
): void {
  const path = `${REGISTRY_PATH}/tasks/:task`;
  const view = (task: TaskRecord, registry: Registry, secrets: 'shown' | 'hidden' = 'hidden') =>
    taskView(task, { config: world.config, registry, secrets });

  const store = (c: Context<Env>, registry: Registry, name: string, resource: TaskResource): Response => {
    const missing = missingPool(resource.properties.agentPoolName, { records, registry });
    if (missing !== undefined) return notFound(c, missing);
    const author = authorOf(c, world.config, world.clock.now());
    const known = records.tasks.get(taskKey(registry.name, name));
    const task: TaskRecord = {
      registry: registry.name,
      name: known?.name ?? name,
      createdAt: known?.createdAt ?? new Date(author.at).toISOString(),
      systemData: { ...(known?.systemData ?? createdBy(author)), ...modifiedBy(author) },
      principalId: known?.principalId ?? newId(),
      resource,
      ...(known?.baseImageDependencies ? { baseImageDependencies: known.baseImageDependencies } : {}),
    };
    world.store.transaction(() => {
      records.tasks.put(taskKey(registry.name, name), task);
      for (const trigger of triggers) trigger.follow(task);
    });
    return c.json(view(task, registry));
  };

  /** Finds registry and task, or refuses. */
  const withTask =
    (act: (c: Context<Env>, registry: Registry, task: TaskRecord) => Response | Promise<Response>) =>
    (c: Context<Env>) => {
      const registry = registryOf(c, world.config);
      if (registry instanceof Response) return registry;
      const name = nameAfter(c, 'tasks');
      const task = records.tasks.get(taskKey(registry.name, name));
      return task
        ? act(c, registry, task)
        : notFound(c, `The task '${name}' of the registry ${registry.name} was not found.`);
    };

  arm.get(`${REGISTRY_PATH}/tasks`, (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const tasks = records.tasks
      .entries(`${registry.name.toLowerCase()}/`)
      .toSorted((a, b) => Date.parse(a.value.createdAt) - Date.parse(b.value.createdAt));
    return c.json({ value: tasks.map(({ value }) => view(value, registry)) });
  });

  arm.put(path, async (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const name = nameAfter(c, 'tasks');
    if (!TASK_NAME.test(name)) {
      return armError(c, 400, 'InvalidTaskName', `"${name}": a task's name has 5 to 50 letters, digits, "-" and "_"`);
    }
    const json = await jsonOf(c);
    if (json instanceof Response) return json;
    const resource = checked(c, taskResource, json);
    return resource instanceof Response ? resource : store(c, registry, name, resource);
  });

  arm.get(
    path,
    withTask((c, registry, task) => c.json(view(task, registry))),
  );

  arm.patch(
    path,
    withTask(async (c, registry, task) => {
      const patch = await jsonOf(c);
      if (patch instanceof Response) return patch;
      const resource = checked(c, taskResource, mergePatch(task.resource, patch));
      return resource instanceof Response ? resource : store(c, registry, task.name, resource);
    }),
  );

  arm.post(
    `${path}/listdetails`,
    withTask((c, registry, task) => c.json(view(task, registry, 'shown'))),
  );

  arm.delete(path, (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const key = taskKey(registry.name, nameAfter(c, 'tasks'));
    const isDeleted = world.store.transaction(() => {
      for (const head of records.heads.entries(`${key}/`)) records.heads.delete(head.key);
      for (const trigger of triggers) trigger.forget(key);
      return records.tasks.delete(key);
    });
    return c.body(null, isDeleted ? 200 : 204);
  });
}
