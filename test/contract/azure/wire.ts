/**
 * A server that plays one service on the wire, answer by answer, for the cases that no emulator should have to fail on purpose.
 *
 * What no test said an answer for is answered by `otherwise`, or 501, and listed with every request in `requests`.
 */
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface WireRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: object | string | Uint8Array;
}

/** `never`: the connection stays open and nothing comes. `hang up`: it is closed without an answer. */
export type Step = Answer | 'never' | 'hang up' | ((request: WireRequest) => Answer);

export interface Wire {
  /** Such as `https://localhost:40001`. */
  url: string;
  /** `localhost:40001` */
  host: string;
  requests: WireRequest[];
  /** The steps are taken in turn; the last one stays. `path` is compared without its query and without regard to case. */
  on(method: string, path: string, ...steps: Step[]): void;
  close(): Promise<void>;
}

export async function startWire(
  options: { tls?: { key: string; cert: string }; otherwise?: (request: WireRequest) => Answer } = {},
): Promise<Wire> {
  const routes = new Map<string, Step[]>();
  const requests: WireRequest[] = [];
  const keyOf = (method: string, path: string) =>
    `${method} ${decodeURIComponent(path.split('?')[0] ?? '').toLowerCase()}`;

  const server: Server = options.tls ? createHttps(options.tls) : createHttp();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const { method = '', url: path = '', headers } = incoming;
    const request: WireRequest = { method, path, headers, body: Buffer.concat(parts) };
    requests.push(request);
    const steps = routes.get(keyOf(method, path));
    const step = (steps && steps.length > 1 ? steps.shift() : steps?.[0]) ?? options.otherwise ?? notSaid;
    if (step === 'never') return;
    if (step === 'hang up') return void incoming.socket.destroy();
    const { status, headers: own, body } = typeof step === 'function' ? step(request) : step;
    const content = contentOf(body);
    const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
    outgoing.writeHead(status, {
      'Content-Length': `${content.length}`,
      ...(isJson ? { 'Content-Type': 'application/json' } : {}),
      ...own,
    });
    outgoing.end(method === 'HEAD' ? undefined : content);
  };
  // A client that gives up breaks its request off, which ends here.
  server.on(
    'request',
    (incoming, outgoing) => void answer(incoming, outgoing).catch((error: Error) => outgoing.destroy(error)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;

  return {
    url: `${options.tls ? 'https' : 'http'}://${host}`,
    host,
    requests,
    on: (method, path, ...steps) => void routes.set(keyOf(method, path), steps),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const contentOf = (body: Answer['body']): Buffer =>
  body instanceof Uint8Array || typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body ? JSON.stringify(body) : '');

const notSaid = ({ method, path }: WireRequest): Answer => ({
  status: 501,
  body: { error: { code: 'NotSaid', message: `the test has no answer for ${method} ${path}` } },
});
