/** What a service of the zero-latency cloud is asked and answers, and how that reaches an SDK client: as an `HttpClient`, without a socket. */
import { Readable } from 'node:stream';
import { createHttpHeaders, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';

export interface Asked {
  method: string;
  url: URL;
  header(name: string): string | undefined;
  /** Text; requests of other kinds are not read by anything here. */
  text(): string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: object | string | Uint8Array;
}

export type Service = (asked: Asked) => Answer | Promise<Answer>;

export const toAsked = (request: Pick<PipelineRequest, 'method' | 'url' | 'headers' | 'body'>): Asked => ({
  method: request.method,
  url: new URL(request.url),
  header: (name) => request.headers.get(name),
  text() {
    const body: unknown = typeof request.body === 'function' ? request.body() : request.body;
    if (typeof body === 'string') return body;
    if (body instanceof Uint8Array) return new TextDecoder().decode(body);
    throw new Error(`the body of ${request.method} ${request.url} is no text`);
  },
});

/** As Node's client hands it over: a stream where the SDK wants one, text otherwise. */
export function toResponse(request: PipelineRequest, { status, headers = {}, body }: Answer): PipelineResponse {
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const content = Buffer.from(isJson ? JSON.stringify(body) : (body ?? ''));
  const all = createHttpHeaders({
    'content-length': `${content.length}`,
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    ...headers,
  });
  const { streamResponseStatusCodes: streamed } = request;
  return streamed?.has(status) || streamed?.has(Infinity)
    ? { request, status, headers: all, readableStreamBody: Readable.from([content]) }
    : { request, status, headers: all, bodyAsText: content.toString() };
}

export const notFound = (code: string): Answer => ({ status: 404, body: { error: { code, message: code } } });

/** What is not built is refused by name: a benchmark that does not do its work measures nothing. */
export const notBuilt = ({ method, url }: Asked): never => {
  throw new Error(`the zero-latency cloud has no answer for ${method} ${url.href}`);
};
