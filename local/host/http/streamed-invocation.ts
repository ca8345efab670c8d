/**
 * HTTP triggers of an app with `enableHttpStream`: the library has a server of its own, and bodies go through it, in both directions.
 *
 * The raw request is forwarded there with the id of the invocation, and in parallel the function is invoked without any HTTP data; the library
 * brings the two together. Headers, route parameters and query come with the invocation. As under Azure, `request.params` has the query too.
 */
import { randomUUID } from 'node:crypto';
import { request as send, type ClientRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { TypedData } from '../app/core-api.ts';
import type { Invoker } from '../app/invoker.ts';
import { appHeaders, type HostRequest, type HostResponse } from './message.ts';

export interface StreamedCall {
  functionName: string;
  request: HostRequest;
  params: Record<string, string>;
  /** Where the library listens. */
  streamTo: string;
  subject: string;
}

const INVOCATION_ID = 'x-ms-invocation-id';

/** RFC 9110, 7.6.1: they are about one connection. `expect` has been answered by the time it gets here. */
const OF_ONE_CONNECTION = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export async function invokeStreamed(call: StreamedCall, invoker: Invoker): Promise<HostResponse> {
  const invocationId = randomUUID();
  const forwarded = forward(call, invocationId);
  const response = responseOf(forwarded);
  let hasAnswered = false;
  const invoked = invoker.invoke(call.functionName, {
    invocationId,
    trigger: { http: {} },
    metadata: metadataOf(call),
    subject: call.subject,
    onResult: (result) => (hasAnswered = result !== undefined && result !== null),
  });
  const ended = invoked.then(
    (): HostResponse | Promise<HostResponse> => (hasAnswered ? response.then(toResponse) : drop(204)),
    // Also in the middle of an answer, whose client then sees that it breaks off. The invoker has logged why.
    () => drop(500),
  );
  return Promise.race([response.then(toResponse), ended]);

  function drop(status: number): HostResponse {
    forwarded.destroy();
    return { status };
  }
}

function forward({ request, streamTo }: StreamedCall, invocationId: string): ClientRequest {
  const { url, method, stream } = request;
  const forwarded = send(new URL(url.pathname + url.search, streamTo), {
    method,
    agent: false,
    headers: {
      ...withoutHopByHop(appHeaders(request)),
      [INVOCATION_ID]: invocationId,
      'x-forwarded-host': url.host,
      'x-forwarded-proto': 'http',
    },
  });
  // Whichever end breaks takes the other one with it; whoever waits for the response hears of it.
  pipeline(stream, forwarded, () => {});
  return forwarded;
}

function responseOf(forwarded: ClientRequest): Promise<IncomingMessage> {
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    forwarded.once('response', resolve).once('error', reject);
  });
  // When the function has ended without an answer, the request is dropped, and nobody waits any more.
  response.catch(() => {});
  return response;
}

function metadataOf({ request, params }: StreamedCall): Record<string, TypedData> {
  const query = Object.fromEntries(request.url.searchParams);
  const values = Object.entries({ ...query, ...params }).map(([name, string]): [string, TypedData] => [
    name,
    { string },
  ]);
  return {
    ...Object.fromEntries(values),
    Query: { json: JSON.stringify(query) },
    Headers: { json: JSON.stringify(appHeaders(request)) },
  };
}

const toResponse = (message: IncomingMessage): HostResponse => {
  const { [INVOCATION_ID]: _, ...headers } = withoutHopByHop(message.headers);
  return { status: message.statusCode ?? 500, headers, body: message };
};

const withoutHopByHop = <T>(headers: Record<string, T | undefined>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      OF_ONE_CONNECTION.has(name) || value === undefined ? [] : [[name, value]],
    ),
  );
