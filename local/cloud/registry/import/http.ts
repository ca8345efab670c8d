/**
 * GET and POST to other registries: the local CA is trusted beside the usual ones, redirects are followed without handing credentials to
 * another host, and an answer that falls silent ends.
 */
import { readFileSync } from 'node:fs';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';

export interface HttpRequest {
  headers?: Record<string, string>;
  /** A POST of a form, when given. */
  form?: Record<string, string>;
  signal: AbortSignal;
}

export type Http = (url: URL, request: HttpRequest) => Promise<IncomingMessage>;

const MOST_REDIRECTS = 5;

export function createHttp(options: { caFile: string; silenceMs: number }): Http {
  const { caFile, silenceMs } = options;
  const ca = [...getCACertificates('default'), readFileSync(caFile, 'utf8')];

  const once = (url: URL, { headers, form, signal }: HttpRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const body = form && new URLSearchParams(form).toString();
      const request = (url.protocol === 'http:' ? requestHttp : requestHttps)(
        url,
        {
          ca,
          signal,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            'user-agent': 'AzureContainerRegistry-Import',
            ...headers,
            ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        },
        resolve,
      );
      request.setTimeout(silenceMs, () =>
        request.destroy(new Error(`${url.host} sent nothing for ${silenceMs / 1000} seconds`)),
      );
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed an idle connection just as it was used again.
        if (request.reusedSocket && error.code === 'ECONNRESET') resolve(once(url, { headers, form, signal }));
        else reject(error);
      });
      request.end(body);
    });

  return async (url, request) => {
    let at = url;
    let headers = request.headers;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const response = await once(at, { ...request, headers });
      const { location } = response.headers;
      if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response;
      response.resume();
      const next = new URL(location, at);
      if (next.host !== at.host)
        headers = Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name !== 'authorization'));
      at = next;
    }
    throw new Error(`${url.host} redirected more than ${MOST_REDIRECTS} times`);
  };
}

/** Reads a small answer; throws when it is longer than `mostBytes`. */
export async function readAnswer(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
