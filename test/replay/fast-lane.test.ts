/** The fast lane from the scan to the stable tag: what mends a hole of what runs now need not soak, if one more person agrees. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { image, type Image } from '../fakes/images.ts';
import { call, principal } from '../unit/functions/http/call.ts';
import { blue, gateWorld, green, MINUTE, type GateWorld } from './gate-world.ts';
import { scanEnding } from './scan-ending.ts';

const DAY = 24 * 60 * MINUTE;
const trivy = image(['trivy']);
const SCAN = `cve: { vulnerabilities: { scanner: "public.example.com/aquasec/trivy@${trivy.manifest.digest}", args: ["{image}"], format: trivy, fail: { critical: any }, noWorseThanCurrent: high } }`;

let world: GateWorld;
let holes: Map<Image, string[]>;
beforeEach(() => {
  world = gateWorld(
    {
      gates: {
        'soak: 3d': 'soak: 3d\n    fastLane: { removes: high }',
        'functional: { script: checks/node.sh, timeout: 4m }': SCAN,
      },
    },
    { on: 'host' },
  );
  world.ports.upstreams.set('public.example.com/aquasec/trivy:1', trivy.manifest);
  holes = new Map([
    [green, []],
    [blue, []],
  ]);
  world.ports.runs.answer(({ quick }) => {
    if (!quick) return undefined;
    const found = [...holes].map(([one, vulnerabilities]) => ({ image: one, vulnerabilities }));
    return scanEnding(quick, found);
  });
});
afterEach(() => world.close());

async function push(what: Image): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
  return digest;
}

async function soaked(what: Image): Promise<Digest> {
  const digest = await push(what);
  await world.pass(3 * DAY);
  await world.wake('sweep', '');
  await world.pass(MINUTE);
  expect(await world.stable()).toBe(digest);
  return digest;
}

async function approve(digest: Digest): Promise<number> {
  const { status } = await call({ ...world.surroundings, stories: world.stories }, 'decideApproval', {
    at: world.clock.now(),
    authMode: 'entra',
    headers: principal(['release-manager'], { id: 'ada' }),
    params: { gate: 'node', digest },
    body: { decision: 'approve', reason: 'CVE-2026-1 is used against us' },
  });
  await world.pass(MINUTE);
  return status;
}

it('lets a candidate that removes a hole of the current one through at once, when a person agrees', async () => {
  const current = await soaked(green);
  holes.set(green, ['CVE-2026-1 HIGH']);
  const mended = await push(blue);
  expect(await world.stable()).toBe(current);
  expect((await world.gate()).resting?.reason).toMatchObject({ kind: 'soaking', fastLane: 1 });

  expect(await approve(mended)).toBe(202);

  expect(await world.stable()).toBe(mended);
  await world.everyGenerationReplays('gate-node');
});

it('is closed to a candidate that removes nothing, whoever agrees', async () => {
  const current = await soaked(green);
  holes.set(green, ['CVE-2026-1 LOW']);
  const newer = await push(blue);

  await approve(newer);

  expect(await world.stable()).toBe(current);
  expect((await world.gate()).resting?.reason).toMatchObject({ kind: 'soaking' });
  expect((await world.gate()).resting?.reason).not.toHaveProperty('fastLane');
});
