/** What the routes of the management plane share: finding the registry of a path, and the errors of `Microsoft.ContainerRegistry`. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Env } from '../../http.ts';
import type { Registry } from '../registry.ts';

/** Lower case, as all patterns on the ARM app. */
export const REGISTRY_PATH =
  '/subscriptions/:subscription/resourcegroups/:group/providers/microsoft.containerregistry/registries/:registry';

export class ArmRefusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const resourceNotFound = (name: string): ArmRefusal =>
  new ArmRefusal(404, 'ResourceNotFound', `The resource ${name} could not be found.`);

/** 501 is not retried by the Azure SDKs. */
export const notEmulated = (what: string): ArmRefusal =>
  new ArmRefusal(501, 'NotEmulated', `${what} is not emulated by this cloud.`);

/** Answers what a handler throws as `ArmRefusal`; the registry services add a status beside the error. */
export const refusing =
  <C extends Context<Env>>(handler: (c: C) => Response | Promise<Response>) =>
  async (c: C): Promise<Response> => {
    try {
      return await handler(c);
    } catch (error) {
      if (!(error instanceof ArmRefusal)) throw error;
      return c.json({ error: { code: error.code, message: error.message }, status: 'Failed' }, error.status);
    }
  };

export function registryOf(c: Context<Env>, registries: Registry[]): Registry {
  const [subscription, group, name] = ['subscription', 'group', 'registry'].map((part) => c.req.param(part) ?? '');
  const found = registries.find((registry) => registry.name.toLowerCase() === name);
  if (
    found &&
    found.resourceGroup.toLowerCase() === group &&
    found.world.config.subscription.toLowerCase() === subscription
  ) {
    return found;
  }
  throw new ArmRefusal(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.ContainerRegistry/registries/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** The last segment of the path as it was written; parameters of the ARM app are in lower case. */
export function nameAsWritten(c: Context<Env>): string {
  const path = new URL(c.req.url).pathname;
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

/** The JSON object of the request; `{}` when there is none. */
export async function jsonObject(c: Context<Env>): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  try {
    const json: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ArmRefusal(400, 'InvalidRequestContent', 'The request content was invalid: expected a JSON object.');
}
