/**
 * The HTTP API of the Durable Functions extension, as the durable client, people and scripts call it.
 *
 * Operations that are not run here answer 501 and say where they are.
 */
import { noInstance, problem, statusAnswer, statusBody } from './durable-answers.ts';
import { operate, refused } from './durable-operations.ts';
import { CONTINUATION, filterOf, flagsOf, pageOf } from './durable-query.ts';
import { durableStart, type DurableApiOptions } from './durable-start.ts';
import { json, type HostRequest, type HostResponse } from './message.ts';

/** `path` is what follows `/runtime/webhooks/durabletask/` or `/durabletask/`. */
export function durableApi(options: DurableApiOptions) {
  const { durable } = options;
  const { start, restart } = durableStart(options);

  return async (request: HostRequest, path: readonly string[]): Promise<HostResponse> => {
    const [collection = '', id = '', ...rest] = path;
    const { method } = request;
    switch (collection.toLowerCase()) {
      case 'orchestrators':
        return method === 'POST' && id ? start(request, id, rest[0] || undefined) : { status: 404 };
      case 'entities':
        return refused('entities');
      case 'instances':
        return id ? one(request, id, rest) : many(request);
      default:
        return { status: 404 };
    }
  };

  async function one(request: HostRequest, id: string, [name = '', argument = '']: string[]): Promise<HostResponse> {
    const { method } = request;
    if (name && method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    if (name.toLowerCase() === 'restart') return restart(request, id);
    if (name) return operate(durable, request, { id, name, argument });
    if (method === 'GET') return statusAnswer(durable, id, request);
    if (method !== 'DELETE') return { status: 405, headers: { allow: 'DELETE, GET' } };
    if (!durable.status(id)) return noInstance(id);
    return json(200, { instancesDeleted: durable.purge(id) ? 1 : 0 });
  }

  function many(request: HostRequest): HostResponse {
    if (request.method === 'GET') return list(request);
    if (request.method === 'DELETE') return purge(request);
    return { status: 405, headers: { allow: 'DELETE, GET' } };
  }

  function list(request: HostRequest): HostResponse {
    const { offset, limit } = pageOf(request);
    const found = durable.list({ ...filterOf(request), offset, limit: limit + 1 });
    const showInput = flagsOf(request)('showInput', true);
    return json(
      200,
      found.slice(0, limit).map((instance) => statusBody(instance, { showInput })),
      found.length > limit ? { [CONTINUATION]: String(offset + limit) } : undefined,
    );
  }

  function purge(request: HostRequest): HostResponse {
    const filter = filterOf(request);
    if (filter.createdFromMs === undefined) return problem(400, "'createdTimeFrom' is needed");
    const purged = durable.list(filter).filter(({ instanceId }) => durable.purge(instanceId));
    return purged.length === 0 ? { status: 404 } : json(200, { instancesDeleted: purged.length });
  }
}
