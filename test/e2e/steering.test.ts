/** An operator steers the whole system over HTTP: holds it, rolls the page back, lets it go on, and reads afterwards what was done. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTls } from '../../local/cloud/tls.ts';
import { missing } from '../../local/demo/until.ts';
import { GATE, HELLO_WORLD } from '../../local/demo/walkthrough.ts';
import { layoutOf } from '../../local/layout.ts';
import { startIngestion, type Ingestion } from '../contract/azure/ingestion.ts';
import { readTelemetry } from '../unit/telemetry/read-telemetry.ts';
import { colourOfPage, followed } from './followers.ts';
import { startSystem, whileAway, type System } from './system.ts';

let system: System;
let ingestion: Ingestion;
beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-steering-'));
  // Of the CA that the app will trust.
  ingestion = await startIngestion(await openTls({ folder: layoutOf(directory).tls }));
  const settings = { APPLICATIONINSIGHTS_CONNECTION_STRING: ingestion.connectionString };
  system = await startSystem({ directory, settings });
});
afterAll(async () => {
  await system?.destroy();
  await ingestion?.wire.close();
});

const because = { reason: 'incident 4711' };
const url = (path: string) => `${system.local.endpoints.app}/api/${path}`;

async function write(method: 'PUT' | 'POST' | 'DELETE', path: string, body: object = {}): Promise<void> {
  const text = method === 'DELETE' ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(url(path), { method, ...text });
  expect(answer.status, await answer.text()).toBe(202);
  const location = answer.headers.get('location') ?? '';
  expect((await fetch(new URL(location, system.local.endpoints.app))).status).toBe(200);
}

async function read(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url(path));
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return (await answer.json()) as Record<string, unknown>;
}

const page = (colour: string) =>
  system.wait(
    `the page is ${colour}`,
    whileAway(async () => {
      const seen = await colourOfPage(system);
      return seen === colour ? true : missing(seen ?? 'no page');
    }),
    { withinSeconds: 60 },
  );

test('a hold on everything stops a promotion, and lifting it promotes', async () => {
  const green = await system.pushUpstream('green');
  await followed(system, green);

  await write('PUT', 'hold', because);
  const teal = await system.pushUpstream('teal');
  await system.wait(
    'the gate rests as held, with its candidate checked',
    whileAway(async () => {
      const seen = await system.gate();
      const candidate = seen.candidates.find(({ digest }) => digest === teal);
      const checked = Object.values(candidate?.evidence ?? {}).some(({ verdict }) => verdict === 'pass');
      return checked && seen.next.why === 'held by local-operator: incident 4711' ? true : missing(seen);
    }),
    { withinSeconds: 60 },
  );
  expect((await system.gate()).current?.digest).toBe(green);
  expect(await read('health')).toMatchObject({ status: 'ok', hold: { why: 'incident 4711' } });

  await write('DELETE', 'hold');

  await system.settled(teal, 'promoted');
  expect(await followed(system, teal)).toMatchObject({ colour: 'teal' });
});

test('a rollback puts the page back and keeps it there until the hold is lifted', async () => {
  await write('POST', `apps/${HELLO_WORLD}/rollbacks`, because);
  await page('green');
  expect(await read(`apps/${HELLO_WORLD}`)).toMatchObject({
    personHold: { by: 'local-operator', why: 'incident 4711' },
    containerGroup: { kind: 'there', state: 'Running', address: expect.any(String) },
  });
  await system.wait(
    'the rollout rests as held',
    async () => {
      const { next } = (await read(`rollouts/${HELLO_WORLD}`)) as { next?: { why: string } };
      return next?.why.endsWith('is held by local-operator: incident 4711') ? true : missing(next);
    },
    { withinSeconds: 30 },
  );

  await write('DELETE', `apps/${HELLO_WORLD}/hold`);

  await page('teal');
});

test('what was rejected is checked again when a person asks, and says the same', async () => {
  const red = await system.pushUpstream('red');
  await system.settled(red, 'rejected');

  await write('POST', `gates/${GATE}/candidates/${red}/rechecks`, because);

  await system.wait(
    'the second verdict',
    whileAway(async () => {
      const candidate = (await system.gate()).candidates.find(({ digest }) => digest === red);
      const again = candidate?.evidence['functional']?.attempt === 2 && candidate.state === 'settled';
      return again ? candidate : missing(candidate);
    }),
    { withinSeconds: 60 },
  );
  await system.settled(red, 'rejected');
});

test('the log of its check is read in parts', async () => {
  const { candidates } = await system.gate();
  const red = candidates.find(({ outcome }) => outcome?.kind === 'rejected');
  const path = `gates/${GATE}/candidates/${red?.digest}/checks/functional/log`;

  const whole = await fetch(url(path));
  const end = Number(whole.headers.get('x-next-offset'));
  const rest = await fetch(url(`${path}?offset=${end - 10}`));

  expect(whole.headers.get('x-log-complete')).toBe('true');
  expect((await whole.text()).endsWith(await rest.text())).toBe(true);
  expect(end).toBeGreaterThan(10);
});

test('the journal says what the operator did, and the images what came of it', async () => {
  const { entries } = await read('journal?by=local-operator&limit=50');
  const did = (entries as { what: string; subject: string }[]).map(({ what, subject }) => `${what} ${subject}`);
  expect(did.toReversed()).toEqual([
    'hold everything',
    'resume everything',
    `roll back ${HELLO_WORLD}`,
    `resume ${HELLO_WORLD}`,
    `recheck ${GATE}`,
  ]);

  const { versions } = await read(`images/${HELLO_WORLD}`);
  expect(versions).toMatchObject([
    { number: 2, lineage: { sequence: expect.any(Number) }, apps: [HELLO_WORLD] },
    { number: 1, apps: [] },
  ]);
});

test('whoever polls pays for changes only', async () => {
  const first = await fetch(url('apps'));
  const again = await fetch(url('apps'), { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });

  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

test('the API describes itself', async () => {
  const description = JSON.parse(
    await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
  ) as unknown;

  expect(await read('openapi.json')).toEqual(description);
});

test('a trace of the candidate is in the file for telemetry, and the same one in Application Insights', async () => {
  const { current } = await system.gate();
  const file = join(system.local.endpoints.logs['app'] ?? '', '..', 'telemetry.jsonl');
  const told = () => readTelemetry(file).spans.filter(({ attributes }) => attributes['digest'] === current?.digest);
  const sent = () => ingestion.received().spans.filter(({ properties }) => properties['digest'] === current?.digest);

  const [{ traceId } = { traceId: 'none' }] = told();
  const names = told().map((span) => `${span.traceId} ${span.name}`);
  for (const name of ['intakeCandidate', 'completePromotion', 'candidate', 'startBuild', 'recordDeployment'])
    expect(names).toContain(`${traceId} ${name}`);

  const idsOf = (spans: { traceId: string; spanId: string }[]) => spans.map((span) => `${span.traceId} ${span.spanId}`);
  await expect.poll(() => idsOf(sent()), { timeout: 15_000 }).toEqual(idsOf(told()));
  for (const { headers } of ingestion.wire.requests) expect(headers.authorization).toMatch(/^Bearer \S+$/);
});

test('nothing that was counted is lost when the app is told to stop', async () => {
  const file = join(system.local.endpoints.logs['app'] ?? '', '..', 'telemetry.jsonl');
  await system.local.stop();

  const counted = Number(readTelemetry(file).metrics['gated_import.sweeps']?.[0]?.asInt);
  const sweeps = ingestion.received().metrics.filter(({ name }) => name === 'gated_import.sweeps');
  expect(counted).toBeGreaterThan(0);
  expect(sweeps.reduce((sum, { value }) => sum + value, 0)).toBe(counted);
});
