/** The checks of what was promoted are asked again when they end or are other ones: nothing moves by itself, a person is told. */
import { afterEach, describe, expect, it } from 'vitest';
import { readCandidate, readGate } from '../../shared/ledger/gate-book.ts';
import { parseReference, type Digest } from '../../shared/domain/reference.ts';
import { image, type Image } from '../fakes/images.ts';
import { call } from '../unit/functions/http/call.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import {
  blue,
  gateWorld,
  green,
  MINUTE,
  QUARANTINE,
  red,
  UPSTREAM,
  type GateWorld,
  type WorldOptions,
} from './gate-world.ts';
import { scanEnding, valueOf } from './scan-ending.ts';
import { steering } from './steering.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const trivy = image(['trivy']);
const SCAN = `cve: { timeout: 7m, expires: 24h, vulnerabilities: { scanner: "public.example.com/aquasec/trivy@${trivy.manifest.digest}", args: ["{image}"], format: trivy, fail: { critical: any } } }`;

let world: GateWorld;
let on: ReturnType<typeof steering>;
/** What is known of each image today; `garbled`: the scanner prints something that nobody can read. */
let findings: Map<Image, string[] | 'garbled'>;
let scans: string[];
afterEach(() => world.close());

function begin(change: Parameters<typeof gateWorld>[0] = {}, options: WorldOptions = {}): void {
  world = gateWorld(change, options);
  on = steering(world);
}

/** A gate whose one check is a scan that counts for a day. */
function beginScanning(options: WorldOptions = {}): void {
  begin({ gates: { 'soak: 3d': 'soak: 0s', 'functional: { script: checks/node.sh, timeout: 4m }': SCAN } }, options);
  world.ports.upstreams.set('public.example.com/aquasec/trivy:1', trivy.manifest);
  findings = new Map([green, blue, red].map((one) => [one, []]));
  scans = [];
  world.ports.runs.answer(({ quick }) => {
    if (!quick) return undefined;
    const scanned = valueOf(quick, 'candidate').split('@')[1] ?? '';
    scans.push(scanned);
    const garbled = [...findings].some(([one, found]) => one.manifest.digest === scanned && found === 'garbled');
    if (garbled) return { state: 'succeeded', log: 'nothing that anybody can read' };
    const known = [...findings].map(([one, found]) => ({
      image: one,
      vulnerabilities: found === 'garbled' ? [] : found,
    }));
    return scanEnding(quick, known);
  });
}

async function sweepAfter(ms: number): Promise<void> {
  await world.pass(ms);
  await world.wake('sweep', '');
  await world.pass(MINUTE);
}
const announced = (type: string) => world.ports.announcements.announced.filter((one) => one.type === type);
const timesScanned = (digest: Digest) => scans.filter((one) => one === digest).length;
const evidence = async (digest: Digest, check: string) =>
  (await readCandidate(world.ports.ledger, 'node', digest))?.evidence.get(check)?.value.evidence;
const seen = async () => {
  const asked = { ...world.surroundings, stories: world.stories };
  const { text } = await call(asked, 'getGate', { params: { gate: 'node' } });
  return JSON.parse(text) as { recallProposed?: { digest: string; why: string }; open: string[] };
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a current digest whose scan has ended', () => {
  it('is scanned again each day, and nothing else happens while it is clean', async () => {
    beginScanning({ on: 'host' });
    const digest = await on.pushed(green);
    const outcome = await world.outcome(digest);
    expect((await world.gate()).resting).toMatchObject({ lookAgainAt: expect.any(Number) as number });

    await sweepAfter(DAY - HOUR);
    expect(timesScanned(digest)).toBe(1);
    await sweepAfter(HOUR);
    await sweepAfter(DAY);

    expect(timesScanned(digest)).toBe(3);
    expect(await evidence(digest, 'cve')).toMatchObject({ verdict: 'pass', attempt: 3 });
    expect(await world.outcome(digest)).toEqual(outcome);
    expect(await world.stable()).toBe(digest);
    expect(announced('recallProposed')).toEqual([]);
    expect(announced('promoted')).toHaveLength(1);
    await world.everyGenerationReplays('gate-node');
  });

  it('is proposed to be recalled when it fails: the tag stays, and a person’s recall puts the earlier one back', async () => {
    beginScanning();
    const earlier = await on.pushed(green);
    const bad = await on.pushed(blue);
    findings.set(blue, ['CVE-2026-1 CRITICAL']);

    await sweepAfter(DAY);

    expect(await world.stable()).toBe(bad);
    expect(announced('recallProposed')).toMatchObject([
      { subject: 'node', data: { digest: bad, found: { kind: 'propose-recall', reason: { checks: ['cve'] } } } },
    ]);
    expect(await seen()).toMatchObject({
      recallProposed: { digest: bad, why: expect.stringContaining('check failed: cve') as string },
      open: [],
    });
    expect(await world.outcome(bad)).toMatchObject({ kind: 'promoted' });

    await on.ask('recallDigest', { gate: 'node', digest: bad }, { reason: 'CVE-2026-1' });
    await world.pass(MINUTE);

    expect(await world.stable()).toBe(earlier);
    expect((await seen()).recallProposed).toBeUndefined();
  });

  it('is announced once for the same findings, once more for others, and not any more when it passes', async () => {
    beginScanning();
    await on.pushed(green);
    findings.set(green, ['CVE-2026-1 CRITICAL']);
    await sweepAfter(DAY);
    await sweepAfter(DAY);
    expect(announced('recallProposed')).toHaveLength(1);

    findings.set(green, ['CVE-2026-1 CRITICAL', 'CVE-2026-2 CRITICAL']);
    await sweepAfter(DAY);
    expect(announced('recallProposed')).toHaveLength(2);

    findings.set(green, []);
    await sweepAfter(DAY);
    expect(announced('recallProposed')).toHaveLength(2);
    expect((await seen()).recallProposed).toBeUndefined();
  });

  it('that nobody can tell anything of is said to be undecided, and asked again a day later', async () => {
    beginScanning();
    const digest = await on.pushed(green);
    findings.set(green, 'garbled');

    await sweepAfter(DAY);
    expect(announced('recallProposed')).toEqual([]);
    for (const minutes of [2, 11, 61]) await sweepAfter(minutes * MINUTE);

    expect(timesScanned(digest)).toBe(1 + 4);
    expect(announced('recallProposed')).toMatchObject([{ data: { found: { reason: { kind: 'undecided' } } } }]);
    expect(await world.stable()).toBe(digest);

    findings.set(green, []);
    await sweepAfter(DAY);
    expect((await seen()).recallProposed).toBeUndefined();
  });

  it.each([
    ['the upstream', () => {}],
    [
      'the target registry, when the upstream has it no more',
      () => (world.ports.upstreams.manifest = async () => undefined),
    ],
  ])('is taken into quarantine again from %s', async (_, change) => {
    beginScanning();
    const digest = await on.pushed(green);
    for (let hours = 0; hours < 4; hours++) await sweepAfter(HOUR);
    const place = { ...parseReference(UPSTREAM), ...parseReference(`${QUARANTINE}/node/node`) };
    expect(await world.ports.registries.manifest({ ...place, digest })).toBeUndefined();
    change();

    await sweepAfter(DAY);

    expect(timesScanned(digest)).toBe(2);
    expect(await evidence(digest, 'cve')).toMatchObject({ verdict: 'pass', attempt: 2 });
    expect(await world.ports.registries.manifest({ ...place, digest })).toBeDefined();
  });

  it('is not asked any more once something newer is promoted, and its run is cancelled', async () => {
    beginScanning();
    const old = await on.pushed(green);
    const answer = world.ports.runs.answer.bind(world.ports.runs);
    answer(() => undefined);
    await sweepAfter(DAY);
    const run = world.ports.runs.started.at(-1);
    expect((await readGate(world.ports.ledger, 'node')).again.has(old)).toBe(true);
    answer(({ quick }) => (quick ? scanEnding(quick, [{ image: blue, vulnerabilities: [] }]) : undefined));

    const next = await on.pushed(blue);
    await world.pass(MINUTE);

    expect(await world.stable()).toBe(next);
    expect((await readGate(world.ports.ledger, 'node')).again.size).toBe(0);
    expect(await world.ports.runs.run({ host: QUARANTINE, runId: run?.runId ?? '' })).toMatchObject({
      state: 'canceled',
    });
    expect(await world.outcome(old)).toMatchObject({ kind: 'promoted' });
  });

  it.each(['askAgain', 'intakeReferrers', 'startCheck', 'concludeCurrent'])(
    'is asked and told of, though the task hub is lost right after %s',
    async (step) => {
      let [armed, dead] = [false, false];
      const never = new Promise<never>(() => {});
      beginScanning({
        async wrap(name, run) {
          if (dead) return never;
          const answer = await run();
          dead ||= armed && name === step;
          return dead ? never : answer;
        },
      });
      const digest = await on.pushed(green);
      findings.set(green, ['CVE-2026-1 CRITICAL']);
      await world.pass(DAY);
      armed = true;
      await Promise.race([sweepAfter(0), until(() => dead)]);
      expect(dead).toBe(true);

      const next = gateWorld({}, { from: world });
      world = next; // The lost one hangs in what it was at: nothing of it can be closed.
      for (let sweeps = 0; sweeps < 4; sweeps++) {
        await next.pass(10 * MINUTE);
        await next.wake('sweep', '');
      }
      await next.pass(MINUTE);

      expect(announced('recallProposed')).toHaveLength(1);
      expect(await next.stable()).toBe(digest);
    },
  );

  it('is asked and told of once, though every activity runs twice', async () => {
    beginScanning({ wrap: async (_, run) => (await run(), run()) });
    const digest = await on.pushed(green);
    findings.set(green, ['CVE-2026-1 CRITICAL']);

    await sweepAfter(DAY);

    expect(timesScanned(digest)).toBe(2);
    expect(announced('recallProposed')).toHaveLength(1);
  });
});

describe('a current digest of which another check is asked now', () => {
  const stricter = () =>
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } }),
    );

  it('is asked that at the next sweep, and stays while it is asked', async () => {
    begin();
    world.checksAnswer(() => 0);
    const digest = await on.pushed(green);
    world.ports.runs.answer(() => undefined);
    stricter();

    await sweepAfter(5 * MINUTE);

    expect(await evidence(digest, 'functional')).toMatchObject({ state: 'running', attempt: 2 });
    expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect((await seen()).open).toEqual([]);
    const { text } = await call({ ...world.surroundings, stories: world.stories }, 'getCandidate', {
      params: { gate: 'node', digest },
    });
    expect(JSON.parse(text)).toMatchObject({ state: 'settled', askedAgainSince: expect.any(String) as string });
    world.endCheck(1);
    await world.pass(MINUTE);
    expect(announced('recallProposed')).toMatchObject([{ data: { digest } }]);
    expect(await world.stable()).toBe(digest);
  });

  it('is asked though the gate is held and frozen, and rests with what its candidate waits for', async () => {
    begin();
    world.checksAnswer(() => 0);
    await on.pushed(green);
    await on.ask('holdGate', { gate: 'node' });
    const waiting = await on.pushed(blue);
    world.checksAnswer((digest) => (digest === green.manifest.digest ? 1 : 0));
    stricter();

    await sweepAfter(5 * MINUTE);

    expect(announced('recallProposed')).toHaveLength(1);
    expect((await world.gate()).resting).toMatchObject({ digest: waiting, reason: { kind: 'held' } });
  });

  it('goes on after its trouble, which is its own', async () => {
    begin();
    world.checksAnswer(() => 0);
    const digest = await on.pushed(green);
    stricter();
    for (let times = 0; times < 6; times++)
      world.ports.runs.failNext('startQuickRun', new Error('no quick runs today'));

    await sweepAfter(5 * MINUTE);
    await sweepAfter(HOUR);
    await sweepAfter(HOUR);

    expect(await evidence(digest, 'functional')).toMatchObject({ state: 'done', verdict: 'pass' });
    expect((await readGate(world.ports.ledger, 'node')).again.size).toBe(0);
  });
});
