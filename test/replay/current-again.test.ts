/** A check of what was promoted is asked again when it ends: nothing moves by itself, a person is told. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseReference, type Digest } from '../../shared/domain/reference.ts';
import { readGate } from '../../shared/ledger/gate-book.ts';
import { DAY, HOUR, scanningWorld, watching, type Findings } from './current-world.ts';
import { blue, green, MINUTE, QUARANTINE, UPSTREAM, type GateWorld, type WorldOptions } from './gate-world.ts';
import { scanEnding } from './scan-ending.ts';
import type { steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
let findings: Findings;
let timesScanned: (digest: Digest) => number;
afterEach(() => world.close());

const begin = (options: WorldOptions = {}) => ({ world, on, findings, timesScanned } = scanningWorld(options));
const { announced, evidence, seen, sweepAfter } = watching(() => world);

describe('a current digest whose scan has ended', () => {
  it('is scanned again each day, and nothing else happens while it is clean', async () => {
    begin({ on: 'host' });
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
    begin();
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
    begin();
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
    begin();
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
    begin();
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
    begin();
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
});
