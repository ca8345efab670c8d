/** How every service of the emulated Azure listens, and the shapes of errors that more than one of them answers. */
import { createServer as createHttps } from 'node:https';
import type { Server } from 'node:http';
import { serve, type HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Principal, Tls } from './world.ts';

/** `c.env.incoming.url` has the raw path; `c.get('principal')` is set by the authorization middleware of a service. */
export type Env = { Bindings: HttpBindings; Variables: { principal: Principal } };
export type App = Hono<Env>;
/** What a listener hands a request to: an app, or what stands in front of one. */
export type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

export const newApp = (): App => new Hono<Env>();

/** Azure Resource Manager compares paths without regard to case: patterns on this app are written in lower case. */
export const newArmApp = (): App =>
  withCharset(new Hono<Env>({ getPath: (request) => new URL(request.url).pathname.toLowerCase() }));

/** JSON of Resource Manager and of Key Vault says its charset. */
export function withCharset(app: App): App {
  app.use('*', async (c, next) => {
    await next();
    if (c.res.headers.get('content-type') === 'application/json') c.header('content-type', JSON_IN_UTF8);
  });
  return app;
}

const JSON_IN_UTF8 = 'application/json; charset=utf-8';

export class PortInUse extends Error {
  readonly code = 'PortInUse';
  readonly port: number;

  constructor(port: number, what: string) {
    super(
      `port ${port}, needed for ${what}, is in use; stop what listens there (see: ss -ltnp 'sport = :${port}'), or is gated-import running already?`,
    );
    this.port = port;
  }
}

/**
 * An idle connection is kept for so long. Node's 5 s are as long as the pauses of our own clients, and a POST on a connection that is just
 * being closed fails, since no client may repeat it.
 */
const IDLE_CONNECTION_KEPT_MS = 120_000;

/** Listens on 127.0.0.1; https when `tls` is given. Throws `PortInUse`. */
export async function listen(
  { fetch }: { fetch: Fetch },
  options: { port: number; what: string; tls?: Tls },
): Promise<{ close(): Promise<void> }> {
  const { port, what, tls } = options;
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = serve(
      {
        fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
        port,
        hostname: '127.0.0.1',
        ...(tls ? { createServer: createHttps, serverOptions: { key: tls.key, cert: tls.cert } } : {}),
      },
      () => resolve(listening as Server),
    );
    listening.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse(port, what) : error),
    );
  });
  server.keepAliveTimeout = IDLE_CONNECTION_KEPT_MS;
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `{"error":{"code","message"}}`, as Azure Resource Manager answers every refusal. */
export const armError = (c: Context, status: ContentfulStatusCode, code: string, message: string): Response =>
  c.json({ error: { code, message } }, status);
