/** A request and a response as the parts of the host pass them on: plain values, so that a part can be read and tested without a server. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

export interface HostRequest {
  method: string;
  /** Absolute, as the client sent it. */
  url: URL;
  /** Of the path, decoded, without empty ones at its ends. */
  segments: string[];
  /** Lower-case names; several values of one name are joined with a comma. */
  headers: Record<string, string>;
  /** Who calls, in the headers that say so to the app; only what stands in front of it sets them. */
  principal?: Record<string, string>;
  /** Throws `BodyTooLarge`. */
  body(limitBytes: number): Promise<Buffer>;
  /** The body as it comes in, for whoever does not want to hold all of it. */
  stream: Readable;
}

export interface HostResponse {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer | Readable;
}

export class BodyTooLarge extends Error {}

export class BadRequest extends Error {}

export const json = (status: number, value: unknown, headers: HostResponse['headers'] = {}): HostResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** What the app gets to see. The principal's headers never come from outside: under Azure only the platform's authentication sets them. */
export const appHeaders = ({ headers, principal = {} }: HostRequest): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-ms-client-principal'))),
  ...principal,
});

/** Throws `BadRequest` for a URL that cannot be read. */
export function toHostRequest(message: IncomingMessage): HostRequest {
  const headers = Object.fromEntries(
    Object.entries(message.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
  );
  const target = `http://${headers['host'] ?? ''}${message.url ?? '/'}`;
  if (!message.url?.startsWith('/') || !URL.canParse(target)) throw new BadRequest('the URL cannot be read');
  const url = new URL(target);
  return {
    method: message.method ?? 'GET',
    url,
    segments: segmentsOf(url.pathname),
    headers,
    body: (limitBytes) => readBody(message, limitBytes),
    stream: message,
  };
}

function segmentsOf(path: string): string[] {
  try {
    return path
      .replace(/^\/+|\/+$/g, '')
      .split('/')
      .map(decodeURIComponent);
  } catch (error) {
    throw new BadRequest('the path is not valid percent-encoding', { cause: error });
  }
}

/** What exceeds the limit is read and thrown away: a connection that is closed while the client still sends would lose the answer. */
async function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limitBytes) throw new BodyTooLarge(`the body has ${size} bytes; ${limitBytes} are allowed`);
  return Buffer.concat(chunks);
}

/** Throws `BadRequest`. An empty body is `undefined`. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new BadRequest('the body is not valid JSON', { cause: error });
  }
}
