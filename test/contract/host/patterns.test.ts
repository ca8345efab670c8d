/** The classic patterns of Durable Functions through the HTTP front door, each with a restart from disk in the middle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runHost, START, type RunningHost } from './running-host.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let database = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'host-patterns-'));
  database = join(folder, 'host.sqlite');
  return () => rmSync(folder, { recursive: true });
});

const opened = () => runHost({ app: 'patterns', database });
const restarted = async ({ stop, clock }: RunningHost) => {
  await stop({ graceMs: 0 });
  return runHost({ app: 'patterns', database, clock });
};

/** Starts an orchestrator and answers the path at which its status is. */
async function begin(host: RunningHost, orchestrator: string, input: unknown): Promise<string> {
  const { status, body } = await host.call(`/api/orchestrators/${orchestrator}`, {
    method: 'POST',
    body: JSON.stringify(input),
  });
  expect(status).toBe(202);
  const { pathname, search } = new URL((body as { statusQueryGetUri: string }).statusQueryGetUri);
  return pathname + search;
}

const stateOf = async (host: RunningHost, path: string) =>
  (await host.call(path)).body as { runtimeStatus: string; output: unknown; customStatus: unknown; input: unknown };

/** Polls as a client does that has nothing but the address. */
const finished = async (host: RunningHost, path: string): Promise<unknown> => {
  await expect.poll(async () => (await host.call(path)).status).toBe(200);
  const { runtimeStatus, output } = await stateOf(host, path);
  expect(runtimeStatus).toBe('Completed');
  return output;
};

async function pass(host: RunningHost, ms: number): Promise<void> {
  let over = false;
  host.clock.after(ms, () => (over = true));
  await host.settle();
  while (!over) {
    host.clock.advanceToNext();
    await host.settle();
  }
}

/** Holds every run of an activity up until the end of the test; `runs` are the inputs of all activities that ran, held or not. */
function hold(wanted: string, isHeld: (input: unknown) => boolean = () => true) {
  const runs: { name: string; input: unknown }[] = [];
  let isOpen = false;
  const shared = globalThis as { hostAppHold?: (name: string, input: unknown) => Promise<void> | undefined };
  shared.hostAppHold = (name, input) => {
    runs.push({ name, input });
    return name === wanted && !isOpen && isHeld(input) ? new Promise(() => {}) : undefined;
  };
  onTestFinished(() => {
    delete shared.hostAppHold;
  });
  const countOf = (name: string) => runs.filter((run) => run.name === name).length;
  return {
    countOf,
    isReached: () => expect.poll(() => countOf(wanted)).toBeGreaterThan(0),
    open: () => (isOpen = true),
  };
}

test('function chaining: goes on with the step that was cut off, and repeats none before it', async () => {
  const held = hold('brew');
  const first = await opened();
  const path = await begin(first, 'makeCoffee', { beans: 'arabica' });
  await held.isReached();

  held.open();
  const second = await restarted(first);

  expect(await finished(second, path)).toEqual({ cup: 'a cup of brewed ground arabica' });
  expect(['grind', 'brew', 'serve'].map(held.countOf)).toEqual([1, 2, 1]);
});

test('fan-out, fan-in: keeps the results it had, and sums up all', async () => {
  const held = hold('countWords', (input) => (input as { page: string }).page.startsWith('slow'));
  const first = await opened();
  const path = await begin(first, 'countBook', {
    pages: ['one', 'two words', 'slow three words', 'and four more words'],
  });
  await expect.poll(() => held.countOf('countWords')).toBe(4);
  await expect.poll(() => first.durable.history(idIn(path)).filter(({ EventType }) => EventType === 5).length).toBe(3);

  held.open();
  const second = await restarted(first);

  expect(await finished(second, path)).toEqual({ words: 10 });
  expect(held.countOf('countWords')).toBe(5);
});

test('human interaction: takes the answer that comes after a restart', async () => {
  const first = await opened();
  const path = await begin(first, 'requestApproval', { what: 'a desk', waitHours: 72 });
  await first.settle();
  expect(await stateOf(first, path)).toMatchObject({
    runtimeStatus: 'Running',
    customStatus: { waitingFor: 'approval' },
  });

  const second = await restarted(first);
  await pass(second, 71 * HOUR_MS);
  const { status } = await second.call(path.replace('?', '/raiseEvent/approval?'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'the boss' }),
  });

  expect(status).toBe(202);
  expect(await finished(second, path)).toEqual({ outcome: 'approved', by: 'the boss' });
});

test('human interaction: escalates in time, although the host was down for a while', async () => {
  const first = await opened();
  const path = await begin(first, 'requestApproval', { what: 'a desk', waitHours: 72 });
  await pass(first, 71 * HOUR_MS);

  const second = await restarted(first);
  await pass(second, HOUR_MS - 1);
  expect((await stateOf(second, path)).runtimeStatus).toBe('Running');
  await pass(second, 1);

  expect(await finished(second, path)).toEqual({ outcome: 'escalated', what: 'a desk' });
});

test('monitor: looks again and again in new generations, across a restart', async () => {
  const first = await opened();
  const input = { looks: 0, everyMinutes: 30, untilMs: START + 10 * HOUR_MS };
  const path = await begin(first, 'waitForClearSky', input);
  await pass(first, 31 * MINUTE_MS);
  expect((await stateOf(first, path)).input).toMatchObject({ looks: 1 });

  const second = await restarted(first);
  await pass(second, 60 * MINUTE_MS);

  expect(await finished(second, path)).toEqual({ sky: 'clear', looks: 3 });
});

test('sub-orchestrations: a device that was cut off goes on, and the others are not done again', async () => {
  const held = hold('install', (input) => (input as { device: string }).device === 'camera');
  const first = await opened();
  const path = await begin(first, 'provisionDevices', { devices: ['lamp', 'camera', 'lock'] });
  const ofDevice = (device: string) => path.replace(idIn(path), `${idIn(path)}-${device}`);
  await expect.poll(async () => (await first.call(ofDevice('lock'))).status).toBe(200);
  await held.isReached();
  expect(await stateOf(first, ofDevice('camera'))).toMatchObject({ runtimeStatus: 'Running' });

  held.open();
  const second = await restarted(first);

  expect(await finished(second, path)).toEqual(
    ['lamp', 'camera', 'lock'].map((device) => ({ device, installed: true })),
  );
  expect(['register', 'install'].map(held.countOf)).toEqual([3, 4]);
});

test('error handling: goes on with its pauses after a restart, and succeeds with the last attempt', async () => {
  const first = await opened();
  const path = await begin(first, 'transferMoney', { from: 'A', to: 'B', amount: 10, failTimes: 2 });
  await pass(first, 10_000);

  const second = await restarted(first);
  await pass(second, 19_999);
  expect((await stateOf(second, path)).runtimeStatus).toBe('Running');
  await pass(second, 1);

  expect(await finished(second, path)).toEqual({ done: true, credited: { account: 'B', changed: 10 } });
});

test('error handling: undoes the first step when the second fails for good', async () => {
  const first = await opened();
  const path = await begin(first, 'transferMoney', { from: 'A', to: 'C', amount: 10, failTimes: 99 });
  await pass(first, 10_000);

  const second = await restarted(first);
  await pass(second, 20_000);

  expect(await finished(second, path)).toEqual({
    done: false,
    refunded: { account: 'A', changed: 10 },
    because: 'account C is locked (attempt 3)',
  });
});

test('HTTP starter: answers 202 with a Location while it runs, and 200 at the same address when it has ended', async () => {
  const held = hold('serve');
  const first = await opened();
  const { headers, body } = await first.call('/api/orchestrators/makeCoffee', {
    method: 'POST',
    body: '{"beans":"x"}',
  });
  await held.isReached();
  const location = new URL(headers.get('location') ?? '');
  expect(headers.get('retry-after')).toBe('10');
  expect(body).toMatchObject({ statusQueryGetUri: location.href });
  const waiting = await fetch(location);
  expect(waiting.status).toBe(202);
  expect(waiting.headers.get('location')).toBe(location.href);

  held.open();
  const second = await restarted(first);

  expect(await finished(second, location.pathname + location.search)).toEqual({ cup: 'a cup of brewed ground x' });
});

test('HTTP starter that waits: answers the output itself when the end comes in time', async () => {
  const host = await opened();

  const { status, body } = await host.call('/api/wait/makeCoffee', { method: 'POST', body: '{"beans":"robusta"}' });

  expect(status).toBe(200);
  expect(body).toEqual({ cup: 'a cup of brewed ground robusta' });
});

const idIn = (path: string): string => /\/instances\/([^?/]+)/.exec(path)?.[1] ?? '';
