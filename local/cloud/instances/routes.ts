/** Microsoft.ContainerInstance in Azure Resource Manager: paths, status codes and headers as the service's clients accept them. */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import type { Collection } from '../store.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import type { Accepted } from './bring-up.ts';
import type { Containers } from './containers.ts';
import { keyOf, type Groups, type Operation, type StoredGroup } from './group.ts';
import type { Operations, Place } from './operations.ts';
import type { Refused } from './refusals.ts';
import { listedGroup, wholeGroup } from './view.ts';

const PROVIDER = 'providers/microsoft.containerinstance';
const SUBSCRIPTION = `/subscriptions/:subscription/${PROVIDER}`;
const RESOURCE_GROUP = `/subscriptions/:subscription/resourcegroups/:resourcegroup/${PROVIDER}`;
const GROUP = `${RESOURCE_GROUP}/containergroups/:name`;
const RETRY_AFTER_SECONDS = '1';

export function addInstanceRoutes(
  arm: App,
  parts: {
    world: World;
    groups: Groups;
    operations: Collection<Operation>;
    containers: Containers;
    actions: Operations;
  },
): void {
  const { world, groups, operations, containers, actions } = parts;
  const { config } = world;
  const groupAt = (c: Context<Env>): StoredGroup | undefined => groups.get(keyOf(placeOf(c)));
  const listed = (c: Context<Env>, prefix: string) =>
    c.json({ value: groups.entries(prefix.toLowerCase()).map(({ value }) => listedGroup(value, config)) });
  const accept = (c: Context<Env>, { group, operation }: Accepted): void => {
    const { subscription, asked } = group;
    const operationPath = `/subscriptions/${subscription}/providers/Microsoft.ContainerInstance/locations/${asked.location}/operations/${operation}`;
    c.header('Azure-AsyncOperation', `${new URL(c.req.url).origin}${operationPath}?api-version=2018-06-01`);
    c.header('Retry-After', RETRY_AFTER_SECONDS);
  };

  arm.put(GROUP, async (c) => {
    const answer = await actions.put(placeOf(c), (await readBody(c, z.unknown())).data);
    if (answer.kind === 'refused') return refusal(c, answer);
    accept(c, answer);
    return c.json(wholeGroup(answer.group, config), 201);
  });

  arm.get(GROUP, (c) => {
    const group = groupAt(c);
    return group ? c.json(wholeGroup(group, config)) : notFound(c);
  });

  arm.patch(GROUP, async (c) => {
    const group = groupAt(c);
    if (!group) return notFound(c);
    const body = await readBody(c, tagsBody);
    if (!body.success) {
      const message = `Only tags can be patched; PUT the whole group to change more. ${z.prettifyError(body.error)}`;
      return armError(c, 400, 'NotEmulated', message);
    }
    const changed = groups.change(keyOf(group), ({ asked }) => ({ asked: { ...asked, tags: body.data.tags } }));
    return c.json(wholeGroup(changed, config));
  });

  arm.delete(GROUP, async (c) => {
    const removed = await actions.remove(keyOf(placeOf(c)));
    return removed ? c.json(wholeGroup(removed, config)) : c.body(null, 204);
  });

  arm.get(`${RESOURCE_GROUP}/containergroups`, (c) => {
    const { subscription, resourcegroup } = c.req.param();
    return listed(c, `${subscription}/${resourcegroup}/`);
  });
  arm.get(`${SUBSCRIPTION}/containergroups`, (c) => listed(c, `${c.req.param('subscription')}/`));

  arm.post(`${GROUP}/start`, (c) => {
    const answer = actions.bringUp(keyOf(placeOf(c)));
    if (answer.kind === 'refused') return refusal(c, answer);
    accept(c, answer);
    return c.body(null, 202);
  });
  arm.post(`${GROUP}/restart`, (c) => {
    const answer = actions.bringUp(keyOf(placeOf(c)));
    return answer.kind === 'refused' ? refusal(c, answer) : c.body(null, 204);
  });
  arm.post(`${GROUP}/stop`, async (c) => {
    const answer = await actions.stop(keyOf(placeOf(c)));
    return answer.kind === 'refused' ? refusal(c, answer) : c.body(null, 204);
  });

  arm.get(`${GROUP}/containers/:container/logs`, async (c) => {
    const record = groupAt(c)?.containers.find(({ name }) => name === c.req.param('container'));
    if (!record) return notFound(c);
    const tail = c.req.query('tail');
    if (tail !== undefined && !/^\d+$/.test(tail)) {
      return armError(c, 400, 'InvalidParameter', `tail: "${tail}" is not a number of lines.`);
    }
    const content =
      record.containerId === undefined
        ? ''
        : await containers.log(record.containerId, {
            ...(tail === undefined ? {} : { tail: Number(tail) }),
            timestamps: c.req.query('timestamps') === 'true',
          });
    return c.json({ content });
  });
  for (const action of ['exec', 'attach']) {
    arm.post(`${GROUP}/containers/:container/${action}`, (c) =>
      armError(
        c,
        400,
        'NotEmulated',
        `${action} needs a web socket into the container, which the local cloud does not have; use docker or podman exec.`,
      ),
    );
  }

  arm.get(`${SUBSCRIPTION}/locations/:location/operations/:operation`, (c) => {
    const operation = operations.get(c.req.param('operation'));
    if (!operation) return notFound(c);
    const { groupId, groupKey, status, startTime, error } = operation;
    const events = groups.get(groupKey)?.containers.flatMap((record) => record.events) ?? [];
    if (status === 'Pending') c.header('Retry-After', RETRY_AFTER_SECONDS);
    return c.json({ id: groupId, status, startTime, properties: { events }, ...(error ? { error } : {}) });
  });
}

/** The names as they were sent; the router compares paths in lower case. */
function placeOf(c: Context<Env>): Place {
  const [, , subscription = '', , resourceGroup = '', , , , name = ''] = new URL(c.req.url).pathname
    .split('/')
    .map(decodeURIComponent);
  return { subscription, resourceGroup, name };
}

const tagsBody = z.strictObject({ tags: z.record(z.string(), z.string()), location: z.string().optional() });

const refusal = (c: Context<Env>, { status, code, message }: Refused) => armError(c, status, code, message);

const notFound = (c: Context<Env>) =>
  armError(c, 404, 'ResourceNotFound', `The resource '${new URL(c.req.url).pathname}' was not found.`);
