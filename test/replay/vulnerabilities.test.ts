/** The `vulnerabilities` check through the whole gate: a run in quarantine, a report that is kept, a verdict that ends. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { image, type Image } from '../fakes/images.ts';
import type { QuickRun } from '../fakes/runs.ts';
import type { Change } from '../unit/domain/policy-fixture.ts';
import { blue, gateWorld, green, MINUTE, QUARANTINE, type GateWorld, type WorldOptions } from './gate-world.ts';
import { scanEnding, valueOf, type Found } from './scan-ending.ts';

const HOUR = 60 * MINUTE;
const trivy = image(['trivy']);
const PINNED = `public.example.com/aquasec/trivy@${trivy.manifest.digest}`;
const scan = (scanner: string, more = '', beside = '') =>
  `cve: { timeout: 7m${beside}, vulnerabilities: { scanner: ${scanner}, args: ["{image}"], format: trivy, fail: { critical: any }${more} } }`;
const policy = (check: string, change: Change & { soak?: string } = {}): Change => ({
  ...change,
  gates: {
    'soak: 3d': `soak: ${change.soak ?? '0s'}`,
    'functional: { script: checks/node.sh, timeout: 4m }': check,
    ...change.gates,
  },
});

let world: GateWorld;
afterEach(() => world.close());

/** Every scan ends at once from now on, and finds this. */
function scansFind(...found: Found[]): QuickRun[] {
  const scans: QuickRun[] = [];
  world.ports.runs.answer(({ quick }) => {
    if (!quick) return undefined;
    scans.push(quick);
    return scanEnding(quick, found);
  });
  return scans;
}

function start(change: Change, options: WorldOptions = {}) {
  world = gateWorld(change, options);
  world.ports.upstreams.set('public.example.com/aquasec/trivy:1', trivy.manifest);
}

async function push(what: Image): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  return digest;
}

const evidenceOf = async (digest: Digest) =>
  (await readCandidate(world.ports.ledger, 'node', digest))?.evidence.get('cve')?.value.evidence;

describe('a scan of a candidate', () => {
  it('runs in quarantine, with the scanner brought there by digest, and lets a clean candidate through', async () => {
    start(policy(scan(`"${PINNED}"`)), { on: 'host' });
    const scans = scansFind({ image: green, vulnerabilities: ['CVE-1 HIGH'] });

    const digest = await push(green);
    await world.pass(3_000);

    expect(await world.stable()).toBe(digest);
    const tool = `${QUARANTINE}/check.tools/aquasec/trivy@${trivy.manifest.digest}`;
    expect(scans.map((quick) => [quick.host, valueOf(quick, 'candidate'), valueOf(quick, 'scanner')])).toEqual([
      [QUARANTINE, `${QUARANTINE}/node/node@${digest}`, tool],
    ]);
    expect(await evidenceOf(digest)).toMatchObject({ verdict: 'pass', tool, digest, platform: 'linux/amd64' });
    await world.everyGenerationReplays('gate-node');
  });

  it('stops a vulnerable candidate, says what is wrong with it, and keeps every finding', async () => {
    start(policy(scan(`"${PINNED}"`)));
    scansFind({ image: green, vulnerabilities: ['CVE-1 CRITICAL', 'CVE-2 LOW'] });

    const digest = await push(green);
    await world.pass(3_000);

    expect(await world.outcome(digest)).toMatchObject({
      kind: 'rejected',
      reason: { kind: 'check-failed', checks: ['cve'], details: expect.arrayContaining(['1 finding fails']) },
    });
    const evidence = await evidenceOf(digest);
    const key = evidence?.state === 'done' ? evidence.report : undefined;
    expect(key).toMatch(new RegExp(`^node/${digest.slice(7)}/cve/linux-amd64/[0-9a-f]{64}\\.json$`));
    expect(await world.ports.reports.get(key ?? '')).toMatchObject({ findings: [{ id: 'CVE-1' }, { id: 'CVE-2' }] });
  });

  it('compares with what runs now, which is scanned beside it', async () => {
    start(policy(scan(`"${PINNED}"`, ', noWorseThanCurrent: high')));
    const scans = scansFind(
      { image: green, vulnerabilities: ['CVE-1 HIGH'] },
      { image: blue, vulnerabilities: ['CVE-1 HIGH', 'CVE-2 HIGH'] },
    );

    const first = await push(green);
    await world.pass(3_000);
    const worse = await push(blue);
    await world.pass(3_000);

    expect(scans.map((quick) => valueOf(quick, 'current'))).toEqual(['none', `${QUARANTINE}/node/node@${first}`]);
    expect(await world.outcome(worse)).toMatchObject({ kind: 'rejected' });
    expect(await world.stable()).toBe(first);
  });

  it('that says nothing readable is asked again, and promotes nothing', async () => {
    start(policy(scan(`"${PINNED}"`)));
    let asked = 0;
    world.ports.runs.answer(({ quick }) => {
      if (!quick) return undefined;
      asked++;
      return { state: 'succeeded', log: `gate-result ${valueOf(quick, 'nonce')} 0\npass\n` };
    });

    const digest = await push(green);
    for (const minutes of [2, 11, 61]) {
      await world.pass(minutes * MINUTE);
      await world.wake('runGate', 'node');
    }
    await world.pass(MINUTE);

    expect(asked).toBe(4);
    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'undecided' } });
  });
});

describe('a verdict that ends', () => {
  it('is asked for again before a candidate that soaks for longer is promoted', async () => {
    start(policy(scan(`"${PINNED}"`, '', ', expires: 24h'), { soak: '72h' }));
    const scans = scansFind({ image: green, vulnerabilities: [] });

    const digest = await push(green);
    await world.pass(71 * HOUR);
    expect(scans).toHaveLength(1);
    await world.pass(2 * HOUR);
    await world.wake('runGate', 'node');
    await world.pass(MINUTE);

    expect(scans).toHaveLength(2);
    expect(await world.stable()).toBe(digest);
  });

  it('and is worse the second time stops the candidate at the end of its soak', async () => {
    start(policy(scan(`"${PINNED}"`, '', ', expires: 24h'), { soak: '72h' }));
    const found: Found = { image: green, vulnerabilities: [] };
    scansFind(found);

    const digest = await push(green);
    await world.pass(24 * HOUR);
    found.vulnerabilities.push('CVE-new CRITICAL');
    await world.pass(49 * HOUR);
    await world.wake('runGate', 'node');
    await world.pass(MINUTE);

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'check-failed' } });
  });
});

describe('a scanner that a gate follows', () => {
  const TOOLS = `version: 1
gates:
  trivy:
    from: \${PUBLIC_REGISTRY}/aquasec/trivy:1
    to: \${BASE_REGISTRY}/tools/trivy:1
    checks:
      starts: { script: checks/node.sh }
`;
  const followed = policy(scan('{ gate: trivy }'), { files: { 'tools.yaml': TOOLS } });

  it('is missing until it was promoted: there is no verdict, and the reason says so', async () => {
    start(followed);
    scansFind({ image: green, vulnerabilities: [] });

    const digest = await push(green);
    await world.pass(3_000);

    expect(await evidenceOf(digest)).toMatchObject({
      verdict: 'unknown',
      reasons: ['gate "trivy", which this tool comes from, has promoted nothing yet'],
    });
    expect(world.ports.runs.started).toEqual([]);
  });

  it('is used by the digest that was promoted last', async () => {
    start(followed);
    world.ports.registries.putJson(trivy.config);
    world.ports.runs.answer(({ quick }) =>
      quick && valueOf(quick, 'scanner') === ''
        ? { state: 'succeeded', log: `gate-result ${valueOf(quick, 'nonce')} 0\n` }
        : quick && scanEnding(quick, [{ image: green, vulnerabilities: [] }]),
    );
    await world.wake('runGate', 'trivy');
    await world.pass(3_000);

    const digest = await push(green);
    await world.pass(3_000);

    expect(await world.stable()).toBe(digest);
    expect(await evidenceOf(digest)).toMatchObject({
      tool: `${QUARANTINE}/trivy/aquasec/trivy@${trivy.manifest.digest}`,
    });
  });
});

describe('trouble with the storage of reports', () => {
  it('is trouble of the candidate, and tried again', async () => {
    start(policy(scan(`"${PINNED}"`)));
    scansFind({ image: green, vulnerabilities: [] });
    world.ports.reports.failNext('put', new Error('storage is away'));

    const digest = await push(green);
    await world.pass(2 * MINUTE);

    expect(await world.stable()).toBe(digest);
  });
});
