/** The fixture app on a host in this process, with a clock that only the test moves. */
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { virtualClock, type VirtualClock } from '../../../local/clock.ts';
import type { LogEntry } from '../../../local/host/log.ts';
import type { People } from '../../../local/identity-provider/people.ts';
import { startHost, type Host } from '../../../local/host/start-host.ts';

export const START = Date.parse('2026-03-02T10:02:30.000Z');

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/host-app/${name}`, import.meta.url));

export interface RunningHost extends Host {
  clock: VirtualClock;
  log: LogEntry[];
  /** Answers status, headers and body, which is parsed when it is JSON. */
  call(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: unknown }>;
}

export async function runHost(
  options: { app?: string; database?: string; clock?: VirtualClock; people?: People } = {},
): Promise<RunningHost> {
  const { app = 'esm-ts', database = ':memory:', clock = virtualClock(START), people } = options;
  const log: LogEntry[] = [];
  const host = await startHost({
    appFolder: fixture(app),
    port: 0,
    database,
    people,
    clock,
    log: (entry) => log.push(entry),
  });
  let stopping: Promise<void> | undefined;
  const stop: Host['stop'] = (how) => (stopping ??= host.stop(how));
  onTestFinished(() => stop({ graceMs: 100 }));
  return {
    ...host,
    clock,
    log,
    stop,
    async call(path, init) {
      const response = await fetch(host.url + path, init);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
  };
}
