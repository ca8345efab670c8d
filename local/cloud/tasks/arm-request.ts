/** What the ARM routes of ACR Tasks have in common: which registry, which name, which body, and how a refusal looks. */
import type { Context } from 'hono';
import { z } from 'zod';
import { armError } from '../http.ts';
import type { CloudConfig } from '../world.ts';
import { taskKey, type Records, type Registry } from './records.ts';

/** In lower case, for the ARM app. */
export const REGISTRY_PATH =
  '/subscriptions/:subscription/resourcegroups/:group/providers/microsoft.containerregistry/registries/:registry';

/** The registry of the path; else the refusal. */
export function registryOf(c: Context, { registries, subscription }: CloudConfig): Registry | Response {
  const [name, group] = [c.req.param('registry') ?? '', c.req.param('group') ?? ''];
  const found = registries.find(
    (registry) => registry.name.toLowerCase() === name && registry.resourceGroup.toLowerCase() === group,
  );
  if (found && c.req.param('subscription') === subscription.toLowerCase()) return found;
  return notFound(
    c,
    `The Resource 'Microsoft.ContainerRegistry/registries/${name}' under resource group '${group}' was not found.`,
  );
}

export const notFound = (c: Context, message: string): Response => armError(c, 404, 'ResourceNotFound', message);

/** The segment after `collection`, as the client wrote it: the app sees paths in lower case only. */
export function nameAfter(c: Context, collection: 'tasks' | 'runs' | 'taskruns' | 'agentpools'): string {
  const segments = new URL(c.req.url).pathname.split('/');
  const index = segments.findIndex((segment, at) => at > 8 && segment.toLowerCase() === collection);
  return decodeURIComponent(segments[index + 1] ?? '');
}

/** The body, checked; else the refusal, with every problem and its place. */
export async function bodyOf<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S> | Response> {
  const json = await jsonOf(c);
  return json instanceof Response ? json : checked(c, schema, json);
}

export async function jsonOf(c: Context): Promise<unknown> {
  const text = await c.req.text();
  let json: unknown;
  try {
    json = JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return armError(c, 400, 'InvalidRequestContent', `The request content was invalid: ${error.message}`);
  }
  const version = c.req.query('api-version') ?? SOURCE_IDENTITY_SINCE;
  if (version >= SOURCE_IDENTITY_SINCE || !namesSourceIdentity(json)) return json;
  const message = `credentials.sourceRegistry.identity is unknown to api-version ${version}, and the run would have no login: use ${SOURCE_IDENTITY_SINCE} or newer.`;
  return armError(c, 400, 'InvalidRequestContent', message);
}

const SOURCE_IDENTITY_SINCE = '2025-03-01-preview';
const withSourceIdentity = z.object({
  credentials: z.object({ sourceRegistry: z.object({ identity: z.string() }) }),
});
/** A run request, a task, and a run request in a task run. */
const sourceIdentity = z.union([
  withSourceIdentity,
  z.object({ properties: withSourceIdentity }),
  z.object({ properties: z.object({ runRequest: withSourceIdentity }) }),
]);
const namesSourceIdentity = (json: unknown): boolean => sourceIdentity.safeParse(json).success;

/** What to say of an agent pool that is not there; `undefined`: it is, or none is named. */
export function missingPool(
  name: string | null | undefined,
  { records, registry }: { records: Records; registry: Registry },
): string | undefined {
  if (!name || records.agentPools.get(taskKey(registry.name, name))) return undefined;
  return `The agent pool '${name}' of the registry ${registry.name} was not found.`;
}

export function checked<S extends z.ZodType>(c: Context, schema: S, value: unknown): z.output<S> | Response {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  const isUnsupported = problems.some((problem) => problem.includes('NotSupportedLocally'));
  return armError(c, 400, isUnsupported ? 'NotSupportedLocally' : 'InvalidRequestContent', problems.join('; '));
}
