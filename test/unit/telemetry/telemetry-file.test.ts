/** Telemetry in a file: what is written, and that it never fails or slows what it tells about. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { telemetryFile } from '../../../shared/telemetry/telemetry-file.ts';
import { telemetryTo, type ClosableTelemetry } from '../../../shared/telemetry/telemetry-to.ts';
import { traceOf } from '../../../shared/telemetry/span.ts';
import { A, B, NOW } from '../domain/gate-builders.ts';
import { flat, readTelemetry } from './read-telemetry.ts';

const origin = { gate: 'node', digest: A, opening: 1, sightedAt: NOW };

let folder: string;
let file: string;
let warned: string[];
let telemetry: ClosableTelemetry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telemetry-'));
  file = join(folder, 'telemetry.jsonl');
  warned = [];
  telemetry = open(file);
});
afterEach(async () => {
  await telemetry.close();
  await rm(folder, { recursive: true });
});

const open = (path: string) =>
  telemetryTo([telemetryFile({ file: path, warn: (message) => void warned.push(message) })]);
async function read() {
  await telemetry.close();
  return readTelemetry(file);
}

describe('a trace', () => {
  it('is the same for the same candidate, and another for each other one', () => {
    const { traceId, spanId } = traceOf(origin);

    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(traceOf({ ...origin, sightedAt: NOW + 1 })).toEqual({ traceId, spanId });
    const others = [{ digest: B }, { gate: 'nginx' }, { opening: 2 }].map((change) =>
      traceOf({ ...origin, ...change }),
    );
    expect(new Set([traceId, ...others.map((other) => other.traceId)]).size).toBe(4);
  });

  it('begins with the sighting and ends with the outcome', async () => {
    telemetry.settled(origin, { outcome: 'rejected', at: NOW + 5_000 });

    const { spans } = await read();

    expect(spans).toMatchObject([
      {
        ...traceOf(origin),
        name: 'candidate',
        startTimeUnixNano: `${NOW}000000`,
        endTimeUnixNano: `${NOW + 5_000}000000`,
        attributes: { gate: 'node', digest: A, opening: 1, outcome: 'rejected' },
      },
    ]);
    expect(spans[0]).not.toHaveProperty('parentSpanId');
  });
});

describe('an activity', () => {
  it('is a span of the candidate that it says it is about, with what came of it', async () => {
    const answer = await telemetry.during('settleCandidate', { check: 'functional', attempt: 3 }, async () => {
      await Promise.resolve();
      telemetry.about(origin);
      return { kind: 'settled' };
    });

    expect(answer).toEqual({ kind: 'settled' });
    const { traceId, spanId } = traceOf(origin);
    expect((await read()).spans).toMatchObject([
      {
        traceId,
        parentSpanId: spanId,
        name: 'settleCandidate',
        attributes: { check: 'functional', attempt: 3, gate: 'node', digest: A, outcome: 'settled' },
        status: {},
      },
    ]);
  });

  it('that is about no candidate has a trace of its own', async () => {
    await telemetry.during('findWork', {}, async () => ({}));

    const [span] = (await read()).spans;
    expect(span).toMatchObject({ name: 'findWork', attributes: { outcome: 'done' } });
    expect(span).not.toHaveProperty('parentSpanId');
  });

  it('that fails is a failed span, and fails as it would have', async () => {
    const error = new Error('the registry is busy');

    await expect(telemetry.during('intakeCandidate', {}, () => Promise.reject(error))).rejects.toBe(error);

    expect((await read()).spans).toMatchObject([
      { attributes: { outcome: 'failed' }, status: { code: 2, message: 'the registry is busy' } },
    ]);
  });

  it('is not taken for another that runs at the same time', async () => {
    const about = (digest: typeof A) =>
      telemetry.during('startCheck', { digest }, async () => {
        await Promise.resolve();
        telemetry.about({ ...origin, digest });
        await Promise.resolve();
        return {};
      });

    await Promise.all([about(A), about(B)]);

    const traces = (await read()).spans.map(({ traceId }) => traceId);
    expect(traces).toEqual([traceOf(origin).traceId, traceOf({ ...origin, digest: B }).traceId]);
  });
});

it('what is counted and measured adds up, by what it is about', async () => {
  telemetry.count('trouble', { gate: 'node' });
  telemetry.count('trouble', { gate: 'node' });
  telemetry.count('trouble', { image: 'hello' });
  telemetry.settled(origin, { outcome: 'promoted', at: NOW });
  telemetry.measure('promotion.duration', 4, { gate: 'node' });
  telemetry.measure('promotion.duration', 1_000_000, { gate: 'node' });

  const { metrics } = await read();

  const counted = (name: string) => (metrics[name] ?? []).map((one) => [flat(one.attributes), one.asInt]);
  expect(counted('gated_import.trouble')).toEqual([
    [{ gate: 'node' }, '2'],
    [{ image: 'hello' }, '1'],
  ]);
  expect(counted('gated_import.candidates')).toEqual([[{ gate: 'node', outcome: 'promoted' }, '1']]);
  const [duration] = metrics['gated_import.promotion.duration'] ?? [];
  expect(duration).toMatchObject({ count: '2', sum: 1_000_004 });
  expect(duration?.bucketCounts).toEqual(['0', '1', '0', '0', '0', '0', '0', '0', '0', '0', '0', '1']);
});

it('a file that cannot be written stops nothing, and is said once', async () => {
  const nowhere = open(join(folder, 'missing', 'telemetry.jsonl'));
  const work = () => nowhere.during('findWork', {}, async () => ({ kind: 'found' }));

  for (let times = 0; times < 3; times++) {
    expect(await work()).toEqual({ kind: 'found' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => warned.length).toBe(1);
  expect(await work()).toEqual({ kind: 'found' });

  await nowhere.close();
  expect(warned[0]).toContain('telemetry cannot be written to');
});

it('what cannot be said stops nothing', async () => {
  telemetry.settled({ ...origin, sightedAt: Number.NaN }, { outcome: 'promoted', at: NOW });

  expect((await read()).spans).toEqual([]);
});
