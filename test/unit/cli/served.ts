/** The real endpoints on fakes, served over HTTP as the Functions host does, with people whose tokens are known: what the commands talk to. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../../functions/http/endpoint.ts';
import { endpoints } from '../../../functions/http/endpoints/all.ts';
import { call, principal, type Answer } from '../functions/http/call.ts';
import type { FunctionWorld } from '../functions/world.ts';
import { SETTINGS } from '../domain/policy-fixture.ts';
import { gatedImport, type Outcome } from './terminal.ts';

export const PEOPLE = [
  { name: 'Rosa Marin', token: 'rosas-token', id: 'oid-rosa', roles: ['release-manager'] },
  { name: 'Ravi Patel', token: 'ravis-token', id: 'oid-ravi', roles: ['viewer'] },
];

export interface Served {
  url: string;
  /** A folder in which this is the local system. */
  folder: string;
  /** Runs a command there. */
  type(args: string[]): Promise<Outcome>;
  /** Method, path and token of each request. */
  requests: string[];
  close(): Promise<void>;
}

/** `at`: what time it is for the app, in epoch milliseconds; now, when it is left out. */
export async function serve(world: FunctionWorld, { at }: { at?: number } = {}): Promise<Served> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.method, request.url, request.headers.authorization ?? ''].join(' ').trim());
    answer(world, request, at).then(
      ({ status, headers, text }) => response.writeHead(status, headers).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  const url = await listen(server);
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-cli-'));
  await mkdir(join(folder, '.local'));
  const people = PEOPLE.map(({ name, token }) => ({ name, token }));
  await writeFile(
    join(folder, '.local', 'endpoints.json'),
    JSON.stringify({ app: url, people, policySettings: SETTINGS }),
  );
  return {
    url,
    folder,
    requests,
    type: (args) => gatedImport(args, {}, { folder, ...(at === undefined ? {} : { now: () => at }) }),
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true });
    },
  };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(world: FunctionWorld, request: IncomingMessage, at: number | undefined): Promise<Answer> {
  const { pathname, search } = new URL(request.url ?? '', 'http://host');
  const found = route(request.method ?? '', pathname);
  if (!found) return { status: 404, headers: {}, json: {}, text: 'no such function', logged: [] };
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts).toString('utf8');
  const person = PEOPLE.find(({ token }) => request.headers.authorization === `Bearer ${token}`);
  return call(world, found.endpoint.name, {
    params: found.params,
    headers: person ? principal(person.roles, person) : {},
    ...(search ? { query: search.slice(1) } : {}),
    ...(body ? { body } : {}),
    ...(at === undefined ? {} : { at }),
  });
}

function route(method: string, path: string): { endpoint: Endpoint; params: Record<string, string> } | undefined {
  for (const endpoint of endpoints.filter((one) => one.method === method)) {
    const pattern = endpoint.route.replaceAll(/\{([a-z]+)\}/g, '(?<$1>[^/]+)');
    const match = new RegExp(`^/api/${pattern}$`).exec(path);
    if (!match) continue;
    const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return { endpoint, params: Object.fromEntries(params) as Record<string, string> };
  }
  return undefined;
}

/** Answers each request with the same. */
export async function answering(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle);
  const url = await listen(server);
  return {
    url,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
