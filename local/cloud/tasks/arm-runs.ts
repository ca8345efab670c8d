/** `…/registries/{registry}/scheduleRun`, `/runs` and `/listBuildSourceUploadUrl`. */
import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { z } from 'zod';
import { armError, type App, type Env } from '../http.ts';
import { authorOf, createdBy, modifiedBy } from '../system-data.ts';
import type { World } from '../world.ts';
import { bodyOf, nameAfter, notFound, registryOf, REGISTRY_PATH } from './arm-request.ts';
import { ACCOUNT, containerOf, logPath, type BlobStore } from './blob-store.ts';
import { LINK_VALID_MS, RUNS_LISTED } from './limits.ts';
import { planRequest } from './plan-request.ts';
import { runKeyOfId, type Records, type Registry, type RunRecord } from './records.ts';
import { readRunFilter } from './run-filter.ts';
import type { RunQueue } from './run-queue.ts';
import { runRequest } from './schemas.ts';
import { runView } from './views.ts';

export interface RunRoutes {
  world: World;
  records: Records;
  queue: RunQueue;
  blobs: BlobStore;
}

export function addRunRoutes(arm: App, { world, records, queue, blobs }: RunRoutes): void {
  const { config } = world;
  const path = `${REGISTRY_PATH}/runs/:run`;
  const view = (run: RunRecord, registry: Registry) => runView(run, config, registry);
  const link = (blob: string, permission: 'r' | 'cw') =>
    `https://localhost:${config.ports.blobs}/${ACCOUNT}/${blob}?${blobs.sign(blob, { permission, validMs: LINK_VALID_MS }).toString()}`;

  /** Finds registry and run, or refuses. */
  const withRun =
    (
      act: (
        c: Context<Env>,
        found: { registry: Registry; key: string; run: RunRecord },
      ) => Response | Promise<Response>,
    ) =>
    (c: Context<Env>) => {
      const registry = registryOf(c, config);
      if (registry instanceof Response) return registry;
      const id = nameAfter(c, 'runs');
      const key = runKeyOfId(registry.name, id);
      const run = key === undefined ? undefined : records.runs.get(key);
      if (key === undefined || !run)
        return notFound(c, `The run '${id}' of the registry ${registry.name} was not found.`);
      return act(c, { registry, key, run });
    };

  arm.post(`${REGISTRY_PATH}/schedulerun`, async (c) => {
    const registry = registryOf(c, config);
    if (registry instanceof Response) return registry;
    const request = await bodyOf(c, runRequest);
    if (request instanceof Response) return request;
    const planned = planRequest(request, { world, records, registry, caller: c.get('principal')?.objectId });
    if ('missing' in planned) return notFound(c, planned.missing);
    const author = authorOf(c, config, world.clock.now());
    const systemData = modifiedBy(author);
    const run = records.addRun({ ...planned, systemData }, new Date(author.at).toISOString());
    blobs.openAppend(logPath(registry.name, run.runId));
    const answer = c.json(view(run, registry));
    queue.wake();
    return answer;
  });

  arm.get(`${REGISTRY_PATH}/runs`, (c) => {
    const registry = registryOf(c, config);
    if (registry instanceof Response) return registry;
    const filter = readRunFilter(c.req.query('$filter'));
    if ('problem' in filter) return armError(c, 400, 'NotSupportedLocally', filter.problem);
    const top = z.coerce.number().int().positive().max(RUNS_LISTED).catch(RUNS_LISTED).parse(c.req.query('$top'));
    const runs = records.runs
      .entries(`${registry.name.toLowerCase()}/`)
      .map(({ value }) => value)
      .filter(filter.matches)
      .toReversed();
    return c.json({ value: runs.slice(0, top).map((run) => view(run, registry)) });
  });

  arm.get(
    path,
    withRun((c, { registry, run }) => c.json(view(run, registry))),
  );

  arm.patch(
    path,
    withRun(async (c, { registry, key, run }) => {
      const body = await bodyOf(c, z.strictObject({ isArchiveEnabled: z.boolean().optional() }));
      if (body instanceof Response) return body;
      const author = authorOf(c, config, world.clock.now());
      const changed = {
        ...run,
        updatedAt: new Date(author.at).toISOString(),
        // To Resource Manager a run is made by the first write that names it, which is this one.
        systemData: { ...createdBy(author), ...run.systemData, ...modifiedBy(author) },
        ...(body.isArchiveEnabled === undefined ? {} : { isArchiveEnabled: body.isArchiveEnabled }),
      };
      records.runs.put(key, changed);
      return c.json(view(changed, registry));
    }),
  );

  arm.post(
    `${path}/cancel`,
    withRun((c, { key, run }) =>
      queue.cancel(key)
        ? c.body(null, 200)
        : armError(c, 409, 'RunNotCancelable', `The run ${run.runId} has ended: ${run.status}.`),
    ),
  );

  arm.post(
    `${path}/listlogsasurl`,
    withRun((c, { registry, run }) => c.json({ logLink: link(logPath(registry.name, run.runId), 'r') })),
  );

  arm.post(`${REGISTRY_PATH}/listbuildsourceuploadurl`, (c) => {
    const registry = registryOf(c, config);
    if (registry instanceof Response) return registry;
    const minute = new Date(world.clock.now()).toISOString().slice(0, 16).replaceAll(/[-:T]/g, '');
    const relativePath = `source/${minute}/${randomBytes(16).toString('hex')}.tar.gz`;
    return c.json({ uploadUrl: link(`${containerOf(registry.name)}/${relativePath}`, 'cw'), relativePath });
  });
}
