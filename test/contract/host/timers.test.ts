import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { virtualClock } from '../../../local/clock.ts';
import type { Report } from '../../fixtures/host-app/esm-ts/functions/triggers.ts';
import { runHost, START } from './running-host.ts';

const MINUTE_MS = 60_000;
const NEVER = '0001-01-01T00:00:00Z';
const report = () => {
  const found = (globalThis as { hostAppReport?: Report }).hostAppReport;
  if (!found) throw new Error('the fixture app is not loaded');
  return found;
};

beforeEach(async () => {
  const host = await runHost();
  report().timers.length = 0;
  await host.stop();
});
afterEach(() => delete report().hold);

test('runs at every occurrence of its schedule, not before', async () => {
  const host = await runHost();

  host.clock.advance(2.5 * MINUTE_MS - 1);
  await host.settle();
  expect(report().timers).toEqual([]);
  host.clock.advance(1);
  await host.settle();
  host.clock.advance(5 * MINUTE_MS);
  await host.settle();

  expect(report().timers).toEqual([
    { isPastDue: false, last: NEVER },
    { isPastDue: false, last: new Date(START + 2.5 * MINUTE_MS).toISOString() },
  ]);
});

test('does not overlap itself: what falls due during a run is left out', async () => {
  const host = await runHost();
  let release = () => {};
  report().hold = new Promise((resolve) => (release = resolve));
  host.clock.advance(2.5 * MINUTE_MS);
  await expect.poll(() => report().timers.length).toBe(1);

  host.clock.advance(12 * MINUTE_MS);
  release();
  await host.settle();
  expect(report().timers).toHaveLength(1);
  host.clock.advance(3 * MINUTE_MS);
  await host.settle();

  expect(report().timers).toHaveLength(2);
});

test('makes up once for what it missed while the host was down', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'host-timers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const database = join(folder, 'host.sqlite');
  const first = await runHost({ database });
  first.clock.advance(2.5 * MINUTE_MS);
  await first.settle();
  await first.stop();

  const second = await runHost({ database, clock: virtualClock(START + 31 * MINUTE_MS) });
  await second.settle();

  expect(report().timers).toEqual([
    { isPastDue: false, last: NEVER },
    { isPastDue: true, last: new Date(START + 2.5 * MINUTE_MS).toISOString() },
  ]);
});

test('does not run at the start when nothing was missed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'host-timers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const database = join(folder, 'host.sqlite');
  await (await runHost({ database })).stop();

  const second = await runHost({ database, clock: virtualClock(START + MINUTE_MS) });
  await second.settle();

  expect(report().timers).toEqual([]);
});

test('runs a timer by hand, in addition', async () => {
  const host = await runHost();

  const { status } = await host.call('/admin/functions/TICK', { method: 'POST', body: '{}' });
  await host.settle();

  expect(status).toBe(202);
  expect(report().timers).toEqual([{ isPastDue: false, last: undefined }]);
});

test.each([
  ['an unknown function', 'nobody', 404],
  ['an HTTP function', 'echo', 400],
])('does not run %s by hand', async (_what, name, status) => {
  const host = await runHost();

  expect((await host.call(`/admin/functions/${name}`, { method: 'POST' })).status).toBe(status);
});

test('starts an instance when an orchestration is run by hand, with the input also as JSON in a text', async () => {
  const host = await runHost();

  const { status, headers } = await host.call('/admin/functions/ONCE', {
    method: 'POST',
    body: JSON.stringify({ input: '{"n":3}' }),
  });
  await host.settle();

  expect(status).toBe(202);
  expect(host.durable.list({})).toMatchObject([{ name: 'once', runtimeStatus: 'Running', input: { n: 3 } }]);
  expect((await fetch(headers.get('location') ?? '')).status).toBe(202);
});

test('runs an activity and an Event Grid function by hand', async () => {
  const host = await runHost();
  const folder = mkdtempSync(join(tmpdir(), 'host-by-hand-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'lines.txt');
  const run = (name: string, input: unknown) =>
    host.call(`/admin/functions/${name}`, { method: 'POST', body: JSON.stringify({ input }) });

  expect((await run('append', { file, line: 'by hand' })).status).toBe(202);
  expect((await run('onEvent', { subject: 'by hand' })).status).toBe(202);
  await host.settle();

  expect(readFileSync(file, 'utf8')).toBe('by hand\n');
  expect(report().events).toEqual([{ subject: 'by hand' }]);
});

test('tells tools that it runs', async () => {
  const host = await runHost();

  expect(await host.call('/admin/host/status')).toMatchObject({ status: 200, body: { state: 'Running' } });
});
