/** `POST {registry}/importImage` and the operation that it answers with. */
import type { Context } from 'hono';
import type { App, Env } from '../../http.ts';
import type { ImportRunner, ImportWork } from '../import/runner.ts';
import { parseImport } from '../import/request.ts';
import type { Registry } from '../registry.ts';
import { allowed, type Rights } from '../rights.ts';
import { ArmRefusal, jsonObject, refusing, REGISTRY_PATH, registryOf, resourceNotFound } from './answers.ts';
import type { Operation } from './operations.ts';

export function addImportRoutes(
  arm: App,
  options: {
    registries: Registry[];
    imports: ImportRunner;
    rightsOf: (registry: Registry, objectId: string) => Rights;
  },
): void {
  const { registries, imports, rightsOf } = options;
  const mayPull = (resourceId: string, repository: string, objectId: string): boolean => {
    const source = registries.find(({ id }) => id.toLowerCase() === resourceId.toLowerCase());
    return source !== undefined && allowed(rightsOf(source, objectId), repository).includes('pull');
  };

  arm.post(
    `${REGISTRY_PATH}/importimage`,
    refusing(async (c) => {
      const target = registryOf(c, registries);
      const { request, credentials } = parseImport(await jsonObject(c));
      const { source } = request;
      if ('resourceId' in source) refuseUnknown(source.resourceId, registries);
      const isDenied =
        'resourceId' in source && !mayPull(source.resourceId, source.repository, c.get('principal').objectId);
      const operation = imports.start(target, { request, credentials, isDenied });
      accepted(c, target, operation);
      return c.json(null, 202);
    }),
  );

  arm.get(
    '/subscriptions/:subscription/providers/microsoft.containerregistry/locations/:location/operationresults/:operation',
    refusing(async (c) => {
      const id = c.req.param('operation') ?? '';
      const operation = await imports.look(id);
      const target = registries.find(({ name }) => name === operation?.registry);
      if (!operation || !target) throw resourceNotFound(id);
      const { state } = operation;
      if (state.kind === 'failed') throw new ArmRefusal(state.status, state.code, state.message);
      if (state.kind === 'succeeded') return c.json({ status: 'Succeeded' });
      accepted(c, target, operation);
      const pending = operation.work.request.targets.map(({ repository, tag }) => [
        tag === undefined ? repository : `${repository}:${tag}`,
        'Pending',
      ]);
      return c.json({ ...Object.fromEntries(pending), status: 'Accepted' }, 202);
    }),
  );
}

function accepted(c: Context<Env>, { world }: Registry, { id }: Operation<ImportWork>): void {
  const { subscription, location } = world.config;
  const { origin, search } = new URL(c.req.url);
  c.header(
    'location',
    `${origin}/subscriptions/${subscription}/providers/Microsoft.ContainerRegistry/locations/${location.toUpperCase()}/operationResults/${id}${search}`,
  );
  c.header('retry-after', '1');
}

function refuseUnknown(resourceId: string, registries: Registry[]): void {
  if (registries.some(({ id }) => id.toLowerCase() === resourceId.toLowerCase())) return;
  throw new ArmRefusal(
    404,
    'ResourceNotFound',
    `The source registry ${resourceId} is not one of this cloud: ${registries.map(({ id }) => id).join(', ')}`,
  );
}
