/** Telemetry in Application Insights: what the ingestion endpoint receives, and what becomes of it where it is not taken. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applicationInsights } from '../../../shared/azure/application-insights.ts';
import { applicationInsightsSink } from '../../../shared/telemetry/application-insights-sink.ts';
import { traceOf } from '../../../shared/telemetry/span.ts';
import { telemetryFile } from '../../../shared/telemetry/telemetry-file.ts';
import { telemetryTo, type ClosableTelemetry } from '../../../shared/telemetry/telemetry-to.ts';
import { A, NOW } from '../../unit/domain/gate-builders.ts';
import { readTelemetry } from '../../unit/telemetry/read-telemetry.ts';
import { answer, KEY, startIngestion, taken, type Ingestion } from './ingestion.ts';
import { localTls, untrustedTls } from './local-tls.ts';
import { anyone } from './wired-clients.ts';

const origin = { gate: 'node', digest: A, opening: 1, sightedAt: NOW };
/** Nobody waits for it but the test of an endpoint that never answers. */
const DEADLINE_SECONDS = { patient: 20, short: 1 };

let ingestion: Ingestion;
let folder: string;
let warned: string[];
let telemetry: ClosableTelemetry;
beforeEach(async () => {
  vi.stubEnv('APPLICATION_INSIGHTS_NO_STATSBEAT', '1');
  folder = await mkdtemp(join(tmpdir(), 'insights-'));
  ingestion = await startIngestion(await localTls());
  warned = [];
  telemetry = open();
});
afterEach(async () => {
  await telemetry.close();
  await ingestion.wire.close();
  await rm(folder, { recursive: true });
});

function open({ credential = anyone, deadlineSeconds = DEADLINE_SECONDS.patient } = {}): ClosableTelemetry {
  const exporters = applicationInsights({
    connectionString: ingestion.connectionString,
    credential,
    warn: (message) => void warned.push(message),
    deadlineSeconds,
    waitingFolder: folder,
  });
  return telemetryTo([applicationInsightsSink(exporters)]);
}

const settle = () => telemetry.settled(origin, { outcome: 'promoted', at: NOW + 5_250 });
/** What lies on the disk to be sent later, by its spans' names. */
const waiting = async () => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ai.json'));

describe('what is told', () => {
  it('is one operation: the candidate, and below it every activity that was about it', async () => {
    await telemetry.during('startCheck', { check: 'functional', attempt: 2 }, async () => {
      telemetry.about(origin);
      return { kind: 'started' };
    });
    settle();
    await telemetry.close();

    const { traceId, spanId } = traceOf(origin);
    expect(ingestion.received().spans).toMatchObject([
      {
        traceId,
        parentSpanId: spanId,
        name: 'startCheck',
        type: 'InProc',
        success: true,
        properties: { check: 'functional', attempt: '2', gate: 'node', digest: A, outcome: 'started' },
      },
      {
        traceId,
        spanId,
        parentSpanId: undefined,
        name: 'candidate',
        startedAt: NOW,
        duration: '00:00:05.250',
        success: true,
        properties: { gate: 'node', digest: A, outcome: 'promoted' },
      },
    ]);
  });

  it('of an activity that failed has the reason', async () => {
    const error = new Error('the registry is busy');

    await expect(telemetry.during('intakeCandidate', {}, () => Promise.reject(error))).rejects.toBe(error);
    await telemetry.close();

    expect(ingestion.received().spans).toMatchObject([
      { name: 'intakeCandidate', success: false, properties: { outcome: 'failed', failure: 'the registry is busy' } },
    ]);
  });

  it('is counted and measured in the words of the product', async () => {
    telemetry.count('trouble', { gate: 'node' });
    telemetry.count('trouble', { gate: 'node' });
    telemetry.count('trouble', { image: 'hello' });
    telemetry.measure('promotion.duration', 4, { gate: 'node' });
    telemetry.measure('promotion.duration', 90, { gate: 'node' });
    await telemetry.close();

    expect(ingestion.received().metrics).toMatchObject([
      { name: 'gated_import.trouble', value: 2, properties: { gate: 'node' } },
      { name: 'gated_import.trouble', value: 1, properties: { image: 'hello' } },
      { name: 'gated_import.promotion.duration', value: 94, count: 2, min: 4, max: 90, properties: { gate: 'node' } },
    ]);
  });

  it('is signed in with the identity of the app, and names the resource of the connection string', async () => {
    const scopes: unknown[] = [];
    telemetry = open({
      credential: {
        getToken: (scope) => {
          scopes.push(scope);
          return anyone.getToken(scope);
        },
      },
    });
    settle();
    await telemetry.close();

    expect(scopes.flat()).toContain('https://monitor.azure.com/.default');
    for (const { headers, body } of ingestion.wire.requests) {
      expect(headers.authorization).toBe('Bearer aad-token');
      for (const one of JSON.parse(body.toString()) as object[]) expect(one).toMatchObject({ iKey: KEY });
    }
  });

  it('goes out while the app runs', async () => {
    settle();

    await expect.poll(() => ingestion.received().spans.length, { timeout: 15_000 }).toBe(1);
  });

  it('is the same in a file', async () => {
    const file = join(folder, 'telemetry.jsonl');
    const exporters = applicationInsights({
      connectionString: ingestion.connectionString,
      credential: anyone,
      warn: () => {},
      waitingFolder: folder,
    });
    telemetry = telemetryTo([telemetryFile({ file, warn: () => {} }), applicationInsightsSink(exporters)]);
    await telemetry.during('findWork', {}, async () => ({}));
    settle();
    await telemetry.close();

    const ids = (spans: { traceId: string; spanId: string; name: string }[]) =>
      spans.map(({ traceId, spanId, name }) => ({ traceId, spanId, name }));
    const sent = ids(ingestion.received().spans);
    expect(sent.map(({ name }) => name)).toEqual(['findWork', 'candidate']);
    expect(ids(readTelemetry(file).spans)).toEqual(sent);
  });
});

describe('what cannot be said', () => {
  it('stops nothing, and is counted', async () => {
    telemetry.settled({ ...origin, sightedAt: Number.NaN }, { outcome: 'promoted', at: NOW });
    await telemetry.close();

    const { spans, metrics } = ingestion.received();
    expect(spans).toEqual([]);
    expect(metrics).toMatchObject([
      { name: 'gated_import.telemetry.dropped', value: 1 },
      { name: 'gated_import.candidates', value: 1, properties: { gate: 'node', outcome: 'promoted' } },
    ]);
  });
});

const work = () =>
  telemetry.during('findWork', {}, async () => {
    await Promise.resolve();
    return { kind: 'found' };
  });

describe('an endpoint that does not take it', () => {
  it.each([
    ['503', { status: 503 }, '503'],
    ['502 of a gateway', { status: 502, body: '<html>Bad Gateway</html>' }, '502'],
    ['500', { status: 500, body: { itemsReceived: 1, itemsAccepted: 0, errors: [] } }, '500'],
    ['429', { status: 429, headers: { 'Retry-After': '60' } }, '429'],
    ['403', { status: 403 }, '403; the identity of the app needs the role "Monitoring Metrics Publisher" on it'],
    ['nothing', 'never', 'aborted'],
    ['a broken connection', 'hang up', 'socket hang up'],
  ] as const)('and answers %s stops nothing, is said once, and it waits on the disk', async (_, step, said) => {
    answer(ingestion.wire, step);
    if (step === 'never') telemetry = open({ deadlineSeconds: DEADLINE_SECONDS.short });

    expect(await work()).toEqual({ kind: 'found' });
    telemetry.count('sweeps', {});
    await telemetry.close();

    expect(warned).toEqual([expect.stringContaining('Application Insights does not take telemetry')]);
    expect(warned[0]).toContain(said);
    expect(await waiting()).toHaveLength(2);
  });

  it('and refuses it for good stops nothing, and it is lost', async () => {
    answer(ingestion.wire, { status: 400, body: { itemsReceived: 1, itemsAccepted: 0, errors: [] } });

    expect(await work()).toEqual({ kind: 'found' });
    await telemetry.close();

    expect(warned).toEqual(['Application Insights does not take telemetry: 400']);
    expect(await waiting()).toEqual([]);
  });

  it('and is down stops nothing, and it waits on the disk', async () => {
    await ingestion.wire.close();

    expect(await work()).toEqual({ kind: 'found' });
    await telemetry.close();

    expect(await waiting()).toHaveLength(1);
  });

  it('and is not who it says gets nothing', async () => {
    await ingestion.wire.close();
    ingestion = await startIngestion(await untrustedTls());
    telemetry = open();

    expect(await work()).toEqual({ kind: 'found' });
    await telemetry.close();

    expect(warned).toHaveLength(1);
    expect(ingestion.wire.requests).toEqual([]);
  });

  it('since there is no token for it stops nothing, and it waits on the disk', async () => {
    telemetry = open({ credential: { getToken: () => Promise.reject(new Error('no identity here')) } });

    expect(await work()).toEqual({ kind: 'found' });
    await telemetry.close();

    expect(warned).toEqual(['Application Insights does not take telemetry: no identity here']);
    expect(await waiting()).toHaveLength(1);
    expect(ingestion.wire.requests).toEqual([]);
  });

  it('and takes it again later is said to be back', async () => {
    answer(ingestion.wire, { status: 503 }, taken);
    settle();

    await expect.poll(() => warned.length, { timeout: 15_000 }).toBe(1);
    telemetry.count('sweeps', {});
    await telemetry.close();

    expect(warned.at(-1)).toBe('Application Insights takes telemetry again');
  });
});
