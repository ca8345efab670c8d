/** Calls an endpoint as the Functions host does: a real `HttpRequest`, and a context that keeps what is logged. */
import { HttpRequest, InvocationContext, type HttpResponseInit } from '@azure/functions';
import { endpointHandler } from '../../../../functions/http/endpoint.ts';
import { endpoints } from '../../../../functions/http/endpoints/all.ts';
import type { Stories, Surroundings } from '../../../../functions/activities/activity.ts';
import { assertDescribed } from './described.ts';

export interface Call {
  params?: Record<string, string>;
  /** As it stands after the "?". */
  query?: string;
  /** An object is sent as JSON, a text as it is. */
  body?: object | string;
  headers?: Record<string, string>;
  authMode?: 'entra' | 'local';
  /** Epoch milliseconds; now, when it is left out. */
  at?: number;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** The parsed body of a JSON answer. */
  json: Record<string, unknown>;
  text: string;
  logged: string[];
}

export async function call(
  world: Surroundings & { stories: Stories },
  name: string,
  asked: Call = {},
): Promise<Answer> {
  const endpoint = endpoints.find((one) => one.name === name);
  if (!endpoint) throw new Error(`there is no endpoint "${name}"`);
  const { params = {}, query, body, headers = {}, authMode = 'local', at } = asked;
  const request = new HttpRequest({
    method: endpoint.method,
    url: `http://127.0.0.1:7071/api/somewhere${query === undefined ? '' : `?${query}`}`,
    params,
    headers,
    ...(body === undefined ? {} : { body: { string: typeof body === 'string' ? body : JSON.stringify(body) } }),
  });
  const logged: string[] = [];
  const context = new InvocationContext({
    invocationId: 'invocation-7',
    functionName: name,
    logHandler: (_, ...said) => void logged.push(said.join(' ')),
  });

  const handler = endpointHandler(endpoint, world, {
    authMode,
    storiesOf: () => world.stories,
    now: () => at ?? Date.now(),
  });
  const answer = answerOf((await handler(request, context)) as HttpResponseInit, logged);
  assertDescribed(endpoint, answer);
  return answer;
}

function answerOf({ status = 200, headers = {}, jsonBody, body }: HttpResponseInit, logged: string[]): Answer {
  const text = jsonBody === undefined ? String(body ?? '') : JSON.stringify(jsonBody);
  const flat = headers as Record<string, string>;
  const isJson = jsonBody !== undefined || flat['content-type']?.includes('json') === true;
  return {
    status,
    headers: flat,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    text,
    logged,
  };
}

/** The header in which App Service passes a caller on. */
export const principal = (
  roles: string[],
  { id = 'b6f0c6a2', name }: { id?: string | null; name?: string } = {},
): Record<string, string> => ({
  'x-ms-client-principal': Buffer.from(
    JSON.stringify({
      auth_typ: 'aad',
      role_typ: 'roles',
      claims: [
        ...(id ? [{ typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: id }] : []),
        ...(name ? [{ typ: 'name', val: name }] : []),
        ...roles.map((val) => ({ typ: 'roles', val })),
      ],
    }),
  ).toString('base64'),
});
