/** Tools that the policy named once are removed from quarantine; what it names today, and what a check that runs was given, is not. */
import { afterEach, describe, expect, it } from 'vitest';
import { host, repository, type Digest } from '../../shared/domain/reference.ts';
import { GATE } from '../../shared/ledger/gate-rows.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import { image, imageIndex } from '../fakes/images.ts';
import { valid, type Change } from '../unit/domain/policy-fixture.ts';
import { blue, gateWorld, green, MINUTE, QUARANTINE, type GateWorld } from './gate-world.ts';
import { scanEnding } from './scan-ending.ts';

const PUBLIC = { host: host.parse('public.example.com'), repository: repository.parse('aquasec/trivy') };
const PLACE = { host: QUARANTINE, repository: repository.parse('check.tools/aquasec/trivy') };
const scanner = image(['trivy', 'scanner']).manifest;
const last = image(['trivy', 'last month']).manifest;
const parts = [image(['trivy', 'amd64']), image(['trivy', 'arm64'])];
const today = imageIndex(parts);

const named = ({ digest }: Manifest) => `"public.example.com/aquasec/trivy@${digest}"`;
/** What the policy says of the check: by another scanner it is another check, with another database it is the same. */
const scannedBy = (scanner: Manifest, database?: Manifest): Change => ({
  gates: {
    'soak: 3d': 'soak: 0s',
    'functional: { script: checks/node.sh, timeout: 4m }': `cve: { timeout: 4h, vulnerabilities: { scanner: ${named(scanner)}, ${
      database
        ? `args: ["{image}", "{database}"], database: { image: ${named(database)}, path: /cache }`
        : 'args: ["{image}"]'
    }, format: trivy, fail: { critical: any } } }`,
  },
});

let world: GateWorld;
afterEach(() => world.close());

function start(change = scannedBy(last)) {
  world = gateWorld(change);
  for (const manifest of [scanner, last, today, ...parts.map((part) => part.manifest)])
    world.ports.upstreams.put(PUBLIC.host, PUBLIC.repository, manifest);
}
const scansEnd = () =>
  world.ports.runs.answer(
    ({ quick }) =>
      quick &&
      scanEnding(
        quick,
        [green, blue].map((one) => ({ image: one, vulnerabilities: [] })),
      ),
  );

const kept = async (): Promise<Digest[]> =>
  (await world.ports.registries.manifests(PLACE)).map(({ digest }) => digest).toSorted();
const problems = () => (world.ports.ledger.dump('gates', '(sweep)')['sweep'] as { problems: string[] }).problems;

async function sweepAfter(minutes: number) {
  await world.pass(minutes * MINUTE);
  await world.wake('sweep', '');
  await world.pass(3_000);
}

describe('a tool in quarantine', () => {
  it('stays while the policy names it, and goes when it names another one', async () => {
    start();
    scansEnd();
    world.push(green);
    await sweepAfter(0);
    await sweepAfter(121);
    expect(await kept()).toEqual([last.digest]);

    world.ports.policies.set(valid(scannedBy(today)));
    world.push(blue);
    await sweepAfter(1);
    await sweepAfter(61);

    expect(await kept()).toEqual([today.digest, ...parts.map(({ manifest }) => manifest.digest)].toSorted());
    expect(problems()).toEqual([]);
  });

  it('stays while a check that was given it runs, whatever the policy names now', async () => {
    start(scannedBy(scanner, last));
    world.push(green);
    await sweepAfter(0);
    world.ports.policies.set(valid(scannedBy(scanner, today)));

    await sweepAfter(121);
    expect(await kept()).toEqual([scanner.digest, last.digest].toSorted());
    world.ports.runs.end(world.ports.runs.started[0]?.runId ?? '', { state: 'error', message: 'no agent' });
    await sweepAfter(61);

    expect(await kept()).not.toContain(last.digest);
    expect(await kept()).toContain(today.digest);
  });

  it('stays while a gate cannot be read, and the sweep says which', async () => {
    start();
    scansEnd();
    world.push(green);
    await sweepAfter(0);
    world.ports.policies.set(valid(scannedBy(today)));
    const [row] = await world.ports.ledger.rows('gates', 'node', { from: GATE, to: `${GATE}:` });
    if (!row) throw new Error('the gate has no row');
    await world.ports.ledger.write('gates', 'node', [{ ...row, kind: 'put', ifMatch: 'any', schema: 99 }]);

    await sweepAfter(121);

    expect(await kept()).toEqual([last.digest]);
    expect(problems()).toContainEqual(expect.stringContaining('"gate" has schema 99'));
  });
});
