/** `…/registries/{registry}/taskRuns`: a run as a resource, for templates. PUT starts one when what is asked for is new. */
import { isDeepStrictEqual } from 'node:util';
import type { Context } from 'hono';
import { z } from 'zod';
import { armError, type App, type Env } from '../http.ts';
import { authorOf, createdBy, modifiedBy } from '../system-data.ts';
import { bodyOf, nameAfter, notFound, registryOf, REGISTRY_PATH } from './arm-request.ts';
import type { RunRoutes } from './arm-runs.ts';
import { logPath } from './blob-store.ts';
import { planRequest } from './plan-request.ts';
import { taskKey, type Registry, type TaskRunRecord } from './records.ts';
import { runRequest } from './schemas.ts';
import { taskRunView } from './views.ts';

/** https://learn.microsoft.com/rest/api/containerregistry/task-runs/create */
const NAME = /^[A-Za-z0-9-]{5,50}$/;
const resource = z.looseObject({
  location: z.string().optional(),
  properties: z.object({ runRequest, forceUpdateTag: z.string().optional() }),
});

export function addTaskRunRoutes(arm: App, { world, records, queue, blobs }: RunRoutes): void {
  const path = `${REGISTRY_PATH}/taskruns/:name`;
  const keyOf = (registry: Registry, name: string) => taskKey(registry.name, name);
  const view = (taskRun: TaskRunRecord, registry: Registry) =>
    taskRunView(taskRun, { config: world.config, registry, run: records.runs.get(taskRun.run) });

  arm.get(`${REGISTRY_PATH}/taskruns`, (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const taskRuns = records.taskRuns.entries(`${registry.name.toLowerCase()}/`);
    return c.json({ value: taskRuns.map(({ value }) => view(value, registry)) });
  });

  arm.put(path, async (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    const name = nameAfter(c, 'taskruns');
    if (!NAME.test(name)) {
      return armError(c, 400, 'InvalidTaskRunName', `"${name}": a task run's name has 5 to 50 letters, digits and "-"`);
    }
    const body = await bodyOf(c, resource);
    if (body instanceof Response) return body;
    const { runRequest: request, forceUpdateTag } = body.properties;
    const known = records.taskRuns.get(keyOf(registry, name));
    const isSame = known?.forceUpdateTag === forceUpdateTag && isDeepStrictEqual(known?.request, stored(request));
    if (known && isSame) return c.json(view(known, registry));

    const planned = planRequest(request, { world, records, registry, caller: c.get('principal')?.objectId });
    if ('missing' in planned) return notFound(c, planned.missing);
    const author = authorOf(c, world.config, world.clock.now());
    const taskRun = world.store.transaction(() => {
      const run = records.addRun({ ...planned, runType: 'QuickRun' }, new Date(author.at).toISOString());
      const record: TaskRunRecord = {
        ...{ name: known?.name ?? name, request: stored(request), run: run.key },
        systemData: { ...(known?.systemData ?? createdBy(author)), ...modifiedBy(author) },
        ...(body.location === undefined ? {} : { location: body.location }),
        ...(forceUpdateTag === undefined ? {} : { forceUpdateTag }),
      };
      records.taskRuns.put(keyOf(registry, name), record);
      blobs.openAppend(logPath(registry.name, run.runId));
      return record;
    });
    const answer = c.json(view(taskRun, registry), known ? 200 : 201);
    queue.wake();
    return answer;
  });

  const withTaskRun =
    (act: (c: Context<Env>, registry: Registry, taskRun: TaskRunRecord) => Response) => (c: Context<Env>) => {
      const registry = registryOf(c, world.config);
      if (registry instanceof Response) return registry;
      const name = nameAfter(c, 'taskruns');
      const taskRun = records.taskRuns.get(keyOf(registry, name));
      return taskRun
        ? act(c, registry, taskRun)
        : notFound(c, `The task run '${name}' of the registry ${registry.name} was not found.`);
    };
  arm.get(
    path,
    withTaskRun((c, registry, taskRun) => c.json(view(taskRun, registry))),
  );
  arm.delete(path, (c) => {
    const registry = registryOf(c, world.config);
    if (registry instanceof Response) return registry;
    return c.body(null, records.taskRuns.delete(keyOf(registry, nameAfter(c, 'taskruns'))) ? 200 : 204);
  });
  arm.patch(path, (c) =>
    armError(c, 400, 'NotSupportedLocally', 'PATCH of a task run is not supported by the local runtime; PUT it again'),
  );
}

/** As it is read back: JSON has no `undefined`. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
