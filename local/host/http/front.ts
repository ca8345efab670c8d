/**
 * The host's HTTP server, on 127.0.0.1 only. It listens before the app is loaded, so that a port in use is found at once, and answers
 * 503 until it is handed the parts that know what to do.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { HostError, messageOf } from '../host-error.ts';
import type { Log } from '../log.ts';
import { RPC_PATH, WEBHOOK_PATH } from './management-links.ts';
import { BadRequest, BodyTooLarge, toHostRequest, type HostRequest, type HostResponse } from './message.ts';

export interface Front {
  port: number;
  serve(handlers: Handlers): void;
  /** Takes no new connections, and cuts those that are left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface Handlers {
  http(request: HostRequest): Promise<HostResponse>;
  eventGrid(request: HostRequest): Promise<HostResponse>;
  durable(request: HostRequest, path: readonly string[]): Promise<HostResponse>;
  admin(request: HostRequest, path: readonly string[]): Promise<HostResponse>;
}

/** Port 0 takes any free one. Throws a `HostError` when the port is in use. */
export async function openFront(port: number, log: Log): Promise<Front> {
  let handlers: Handlers | undefined;
  const server = createServer((message, response) => {
    void answer(message, handlers, log).then((answered) => write(response, answered));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new HostError('PortInUse', `port ${port} is in use`) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    serve: (next) => void (handlers = next),
    close: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function answer(message: IncomingMessage, handlers: Handlers | undefined, log: Log): Promise<HostResponse> {
  if (!handlers) return { status: 503, headers: { 'retry-after': '1' } };
  try {
    const request = toHostRequest(message);
    return await dispatch(request, handlers);
  } catch (error) {
    if (error instanceof BadRequest) return { status: 400, body: error.message };
    if (error instanceof BodyTooLarge) return { status: 413, body: error.message };
    log({ level: 'error', message: `${message.method} request failed: ${messageOf(error)}` });
    return { status: 500 };
  }
}

function dispatch(request: HostRequest, handlers: Handlers): Promise<HostResponse> {
  const below = (prefix: string): string[] | undefined => {
    const parts = prefix.split('/');
    const isBelow = parts.every((part, index) => request.segments[index]?.toLowerCase() === part);
    return isBelow ? request.segments.slice(parts.length) : undefined;
  };
  const durablePath = below(WEBHOOK_PATH) ?? below(RPC_PATH);
  if (durablePath) return handlers.durable(request, durablePath);
  if (below('runtime/webhooks/eventgrid')?.length === 0) return handlers.eventGrid(request);
  const adminPath = below('admin');
  if (adminPath) return handlers.admin(request, adminPath);
  return handlers.http(request);
}

/** A body that comes as a stream goes out as it comes; when it breaks off, so does the connection, and the client sees that. */
function write(response: ServerResponse, { status, headers = {}, body = '' }: HostResponse): void {
  if (body instanceof Readable) {
    response.writeHead(status, headers).flushHeaders();
    pipeline(body, response, () => {});
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'content-length': bytes.length }) });
  response.end(bytes);
}
