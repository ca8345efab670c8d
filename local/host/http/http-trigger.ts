/**
 * HTTP triggers: finds the function of a request. Without streaming, the request becomes typed data, and the response is made from what the
 * function answered.
 */
import { z } from 'zod';
import type { CookieData, HttpData, TypedData } from '../app/core-api.ts';
import type { FunctionApp } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import { MAXIMUM_BODY_BYTES } from './limits.ts';
import { appHeaders, type HostRequest, type HostResponse } from './message.ts';
import { matchRoute, route } from './routes.ts';
import { invokeStreamed } from './streamed-invocation.ts';

const trigger = z.object({ route: z.string().optional(), methods: z.array(z.string()).default([]) });

export interface HttpTriggerOptions {
  app: FunctionApp;
  invoker: Invoker;
  routePrefix: string;
  /** Where the library listens, for an app with `enableHttpStream`. */
  streamTo?: string | undefined;
}

/** Reads every route at once, so that a template that is not supported stops the start. */
export function httpTriggers({ app, invoker, routePrefix, streamTo }: HttpTriggerOptions) {
  const routes = app.triggeredBy('httpTrigger').map(({ name, trigger: { binding } }) => {
    const { route: template = name, methods } = trigger.parse(binding);
    return route(`${routePrefix}/${template}`, { methods, target: name });
  });

  return async (request: HostRequest): Promise<HostResponse> => {
    const match = matchRoute(routes, request.method, request.segments);
    if (match.kind === 'none') return { status: 404 };
    if (match.kind === 'wrong method') return { status: 405, headers: { allow: match.allowed.join(', ') } };
    const { target: functionName, params } = match;
    const subject = `${request.method} ${request.url.pathname}`;
    if (streamTo) return invokeStreamed({ functionName, request, params, streamTo, subject }, invoker);
    const http = await httpData(request, params);
    let answer: TypedData | null | undefined;
    try {
      answer = await invoker.invoke(functionName, { trigger: { http }, subject });
    } catch {
      // The invoker has logged it; whoever called learns nothing about the inside.
      return { status: 500 };
    }
    return answer?.http ? toResponse(answer.http, request.method) : { status: 204 };
  };
}

async function httpData(request: HostRequest, params: Record<string, string>): Promise<HttpData> {
  const body = await request.body(MAXIMUM_BODY_BYTES);
  const query = [...new Set(request.url.searchParams.keys())].map((name): [string, string] => [
    name,
    request.url.searchParams.getAll(name).join(','),
  ]);
  return {
    url: request.url.href,
    method: request.method,
    nullableHeaders: nullable(Object.entries(appHeaders(request))),
    nullableQuery: nullable(query),
    nullableParams: nullable(Object.entries(params)),
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
}

const nullable = (entries: [string, string][]): Record<string, { value: string }> =>
  Object.fromEntries(entries.map(([name, value]) => [name, { value }]));

const STATUS_WITHOUT_BODY = new Set([204, 205, 304]);

function toResponse({ statusCode = '200', headers = {}, cookies = [], body }: HttpData, method: string): HostResponse {
  const status = Number(statusCode);
  const setCookie = cookies.map(toSetCookie);
  const bytes = body?.bytes ? Buffer.from(body.bytes) : Buffer.from(body?.string ?? '');
  return {
    status,
    headers: { ...headers, ...(setCookie.length > 0 ? { 'set-cookie': setCookie } : {}) },
    ...(method === 'HEAD' || STATUS_WITHOUT_BODY.has(status) ? {} : { body: bytes }),
  };
}

/** On this wire `none` means that SameSite was not given, and `explicitNone` means SameSite=None. */
function toSetCookie(cookie: CookieData): string {
  const { expires, maxAge, sameSite = 'none' } = cookie;
  const attributes = [
    `${cookie.name}=${encodeURIComponent(cookie.value ?? '')}`,
    cookie.domain?.value && `Domain=${cookie.domain.value}`,
    `Path=${cookie.path?.value ?? '/'}`,
    typeof maxAge?.value === 'number' && `Max-Age=${maxAge.value}`,
    expires?.value && `Expires=${new Date((expires.value.seconds ?? 0) * 1000).toUTCString()}`,
    cookie.secure?.value && 'Secure',
    cookie.httpOnly?.value && 'HttpOnly',
    sameSite !== 'none' && `SameSite=${sameSite === 'explicitNone' ? 'None' : sameSite}`,
  ];
  return attributes.filter(Boolean).join('; ');
}
