/** A candidate is one trace, from its sighting to the page. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { telemetryFile } from '../../shared/telemetry/telemetry-file.ts';
import { telemetryTo, type ClosableTelemetry } from '../../shared/telemetry/telemetry-to.ts';
import { traceOf } from '../../shared/telemetry/span.ts';
import { flat, readTelemetry } from '../unit/telemetry/read-telemetry.ts';
import { builder } from './building-world.ts';
import { green, red, type GateWorld } from './gate-world.ts';
import { START } from './harness.ts';

let folder: string;
let file: string;
let world: GateWorld;
let telemetry: ClosableTelemetry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telemetry-'));
  file = join(folder, 'telemetry.jsonl');
  telemetry = telemetryTo([telemetryFile({ file, warn: () => {} })]);
  world = builder({}, {}, { telemetry });
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

async function pushed(what: typeof green) {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(30_000);
  await telemetry.close();
  const { spans, metrics } = readTelemetry(file);
  const { traceId, spanId } = traceOf({ gate: 'node', digest, opening: 1, sightedAt: START });
  return { digest, metrics, root: spanId, spans: spans.filter((span) => span.traceId === traceId) };
}

it('has every activity that was for it, also of the build and the rollout, under one root', async () => {
  const { spans, root, digest, metrics } = await pushed(green);

  expect(spans.map(({ name }) => name).filter((name) => name !== 'candidate')).toEqual([
    'intakeCandidate',
    'intakeReferrers',
    'startCheck',
    'beginPromotion',
    'adoptStable',
    'importUnique',
    'readBackUnique',
    'copyReferrers',
    'attachRecord',
    'lockUnique',
    'moveStable',
    'readBackStable',
    'completePromotion',
    'startBuild',
    'deployApp',
    'recordDeployment',
  ]);
  const roots = spans.filter(({ name }) => name === 'candidate');
  expect(roots).toMatchObject([{ spanId: root, attributes: { gate: 'node', digest, outcome: 'promoted' } }]);
  for (const span of spans.filter(({ name }) => name !== 'candidate')) {
    expect(span.parentSpanId, span.name).toBe(root);
    expect(span.attributes, span.name).toMatchObject({ gate: 'node', digest });
  }

  const about = (name: string) => (metrics[name] ?? []).map((point) => flat(point.attributes));
  expect(about('gated_import.candidates')).toEqual([{ gate: 'node', outcome: 'promoted' }]);
  expect(about('gated_import.promotion.duration')).toEqual([{ gate: 'node' }]);
  expect(about('gated_import.page.duration')).toEqual([{ gate: 'node', app: 'web' }]);
});

it('ends with the reason where it was rejected', async () => {
  world.checksAnswer(() => 1);

  const { spans, metrics } = await pushed(red);

  expect(spans.find(({ name }) => name === 'candidate')?.attributes).toMatchObject({ outcome: 'rejected' });
  expect(spans.at(-1)?.name).toBe('settleCandidate');
  expect(metrics['gated_import.promotion.duration']).toBeUndefined();
});

it('trouble and sweeps are counted', async () => {
  world.ports.upstreams.failNext('look', new Error('busy'));
  for (let times = 0; times < 4; times++) world.ports.upstreams.failNext('look', new Error('busy'));
  await world.wake('runGate', 'node');
  await world.pass(60_000);
  await world.wake('sweep', '');
  await telemetry.close();

  const { metrics } = readTelemetry(file);

  expect(metrics['gated_import.trouble']?.map((point) => [flat(point.attributes), point.asInt])).toEqual([
    [{ gate: 'node' }, '1'],
  ]);
  expect(metrics['gated_import.sweeps']).toMatchObject([{ asInt: '1' }]);
});
