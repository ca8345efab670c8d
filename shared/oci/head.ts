/**
 * A HEAD request on a connection that stays open. `fetch` closes the connection after each one
 * (https://github.com/nodejs/undici/issues/258), so that a sweep would shake hands anew for every reference.
 *
 * Answers and throws as `fetch` does: a failure is a `TypeError` whose cause is the network's own error.
 */
import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { IDLE_CONNECTION_SECONDS } from './limits.ts';

/** Of the process, like the connections of `fetch`; an idle one keeps no process alive. */
const pool = { keepAlive: true, timeout: IDLE_CONNECTION_SECONDS * 1000 };
const [http, https] = [new HttpAgent(pool), new HttpsAgent(pool)];

export async function head(
  url: URL,
  options: { headers: Record<string, string>; signal: AbortSignal },
): Promise<Response> {
  for (;;) {
    const request = send(url, options);
    try {
      return toResponse(await answerTo(request));
    } catch (error) {
      // The server closed an idle connection at the moment it was used: that says nothing, and there is another one.
      const outdated = request.reusedSocket && error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
      if (!outdated)
        throw options.signal.aborted ? options.signal.reason : new TypeError('head failed', { cause: error });
    }
  }
}

const send = (url: URL, options: { headers: Record<string, string>; signal: AbortSignal }): ClientRequest =>
  url.protocol === 'https:'
    ? requestHttps(url, { ...options, method: 'HEAD', agent: https })
    : requestHttp(url, { ...options, method: 'HEAD', agent: http });

const answerTo = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    // At its end, which comes at once since there is no body: then the connection is free for the next request.
    request.once('response', (message) => {
      message
        .once('end', () => resolve(message))
        .once('error', reject)
        .resume();
    });
    request.on('error', reject); // `on`: an error after the answer is nobody's, and must not be thrown.
    request.end();
  });

function toResponse({ statusCode = 0, rawHeaders }: IncomingMessage): Response {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return new Response(null, { status: statusCode, headers });
}
