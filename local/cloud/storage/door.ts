/**
 * The door of the storage accounts: what a caller's roles allow goes on to Azurite, which knows no roles; the rest is refused here.
 *
 * Plain streams of Node in both directions, because every row of the ledger comes through. What Azurite does not answer is not answered: the
 * connection ends, as it would without this door.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { PortInUse } from '../http.ts';
import type { World } from '../world.ts';
import type { AuthorizeStorage } from './authorize-storage.ts';
import { refusal, type StorageService } from './refusals.ts';

export interface DoorOptions {
  world: Pick<World, 'clock' | 'config' | 'log' | 'tls'>;
  service: StorageService;
  /** Where callers come in, and where Azurite listens. */
  ports: { front: number; behind: number };
  authorize: AuthorizeStorage;
}

/** Shorter than Azurite keeps an idle connection (5 s), so that none is used that is just being closed. */
const IDLE_CONNECTION_KEPT_MS = 3_000;
/** As at every listener of this cloud: see `listen`. */
const CALLERS_KEPT_MS = 120_000;

/** Throws `PortInUse`. */
export async function openDoor({ world, service, ports, authorize }: DoorOptions): Promise<{ close(): Promise<void> }> {
  const { tls, config, clock, log } = world;
  const ca = readFileSync(tls.caFile, 'utf8');
  const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_KEPT_MS, ca });

  const pass = (asked: IncomingMessage, answer: ServerResponse, body?: string): void => {
    const { method, url: path, rawHeaders } = asked;
    const onwards = httpsRequest({ host: '127.0.0.1', port: ports.behind, method, path, headers: rawHeaders, agent });
    onwards.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.statusMessage, got.rawHeaders);
      got.pipe(answer);
      got.on('error', () => answer.destroy());
    });
    onwards.on('error', () => answer.destroy());
    answer.on('close', () => onwards.destroy());
    if (body === undefined) asked.pipe(onwards);
    else onwards.end(body);
  };

  const receive = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const { pathname, searchParams: query } = new URL(asked.url ?? '/', 'https://localhost');
    const [, account = '', ...below] = pathname.split('/');
    const path = decodeURIComponent(below.join('/'));
    const body = path === '$batch' ? await text(asked) : undefined;
    const refused = authorize(service, account, {
      ...{ method: asked.method ?? 'GET', path, query, headers: asked.headers },
      ...(body === undefined ? {} : { body }),
    });
    if (refused === undefined) return pass(asked, answer, body);
    asked.resume();
    const { status, headers, body: said } = refusal(refused, { service, tenant: config.tenant, at: clock.now() });
    answer.writeHead(status, headers).end(asked.method === 'HEAD' ? undefined : said);
  };

  const server = createServer({ key: tls.key, cert: tls.cert }, (asked, answer) => {
    receive(asked, answer).catch((error: unknown) => {
      log('storage', `${asked.method} ${asked.url?.replace(/\?.*$/, '')} has no answer: ${String(error)}`);
      answer.destroy();
    });
  });
  server.keepAliveTimeout = CALLERS_KEPT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse(ports.front, `the emulated storage (${service})`) : error),
    );
    server.listen(ports.front, '127.0.0.1', resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
