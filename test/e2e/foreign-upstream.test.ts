/** Images that nobody here made, from a registry that nobody here wrote: Debian's, pushed to by skopeo. (The hostile ones are in test/hostile.) */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing } from '../../local/demo/until.ts';
import { startDebianRegistry, type DebianRegistry } from './debian-registry.ts';
import { gatesOf, gateYaml, writePolicy, type Gates } from './gates.ts';
import { attestationOf, image, index, type Image } from './oci-layout.ts';
import { watchPushes, type Pushes } from './pushes.ts';
import { startSystem, type CandidateSeen, type System } from './system.ts';

const TAG = 'stable';
/** Each follows a repository of its own name, and promotes to the same one. */
const gate = (name: string, script: string) =>
  gateYaml(name, { from: `\${UPSTREAM_REGISTRY}/library/${name}:22`, to: `\${BASE_REGISTRY}/${name}:${TAG}`, script });

const policy = {
  'gates.yaml': [
    'version: 1',
    'gates:',
    gate('multi', 'checks/marker.sh'),
    gate('moving', 'checks/slow.sh'),
    gate('bare', 'checks/marker.sh'),
  ].join('\n'),
  'checks/marker.sh': 'echo "this is $(cat /marker)" && test -s /marker\n',
  'checks/slow.sh': 'echo "sleeping for $(cat /seconds)" && sleep "$(cat /seconds)"\n',
};

let folder: string;
let upstream: DebianRegistry;
let system: System;
let gates: Gates;
let pushes: Pushes;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-policy-'));
  await writePolicy(folder, policy);
  upstream = await startDebianRegistry();
  system = await startSystem({
    settings: { POLICY: folder, UPSTREAM_REGISTRY: upstream.host, SWEEP_SCHEDULE: '*/2 * * * * *' },
  });
  gates = gatesOf(system);
  pushes = await watchPushes(system, 'base');
});
afterAll(async () => {
  await pushes?.close();
  await system?.destroy();
  await upstream?.destroy();
  await rm(folder, { recursive: true, force: true });
});

const push = (gate: string, pushed: Image) => upstream.push(`library/${gate}:22`, pushed);
const marked = (text: string, architecture?: string) =>
  image({ files: [{ path: 'marker', text }], ...(architecture === undefined ? {} : { architecture }) });
const stableDigests = (gate: string) => [
  ...new Set(
    pushes.seen().flatMap(({ repository, tag, digest }) => (repository === gate && tag === TAG ? [digest] : [])),
  ),
];

test.concurrent('takes a whole index into quarantine, and promotes the manifest of its one platform', async () => {
  const other = await marked('the other one', 'riscv64');
  const wanted = await marked('the wanted one');
  const attestation = attestationOf(wanted);
  const pushed = await push('multi', index([other, wanted], { subject: wanted, attestation }));

  await gates.stable('multi', TAG, wanted.digest);

  const candidate = await gates.candidate({ gate: 'multi', digest: pushed }, 'promoted', is('promoted'));
  const log = await gates.log({ gate: 'multi', digest: pushed, check: 'functional' });
  expect(log).toContain('candidate | this is the wanted one');
  const { quarantine, base } = system.ask.registries;
  for (const { digest } of [{ digest: pushed }, other, wanted, attestation]) {
    expect(await quarantine.digestOf('multi/library/multi', digest)).toBe(digest);
  }
  const [unique] = (await base.tags('multi')).filter((tag) => tag !== TAG);
  expect(unique).toBe(`${TAG}-${candidate.evidence['functional']?.runId}`);
  expect(await base.digestOf('multi', unique ?? '')).toBe(wanted.digest);
  expect(await base.lockOf('multi', unique ?? '')).toEqual({ writeEnabled: false, deleteEnabled: false });
});

test.concurrent('lets a newer push pass one that is still being checked, which is never promoted', async () => {
  const slow = await image({ files: [{ path: 'seconds', text: '8' }] });
  const quick = await image({ files: [{ path: 'seconds', text: '0' }] });
  await push('moving', slow);
  const checking = await gates.candidate({ gate: 'moving', digest: slow.digest }, 'being checked', isRunning);
  const run = checking.evidence['functional']?.runId;
  await runIs(run, ['Running']);

  await push('moving', quick);

  await gates.stable('moving', TAG, quick.digest);
  const older = await gates.candidate({ gate: 'moving', digest: slow.digest }, 'superseded', is('superseded'));
  expect(older.why).toBe('superseded by number 2');
  // Its verdict comes too late, or never.
  await runIs(run, ['Succeeded', 'Canceled']);
  await oneMoreSweep();
  expect(stableDigests('moving')).toEqual([quick.digest]);
  expect(await system.ask.registries.base.digestOf('moving', slow.digest)).toBeUndefined();
});

test.concurrent('has no verdict on an image without a shell, so does not promote it, and says why', async () => {
  const bare = await image({ below: 'nothing', files: [{ path: 'README', text: 'no shell in here' }] });
  await push('bare', bare);

  const candidate = await gates.candidate({ gate: 'bare', digest: bare.digest }, 'without a verdict', isDone);

  const { verdict, reasons } = candidate.evidence['functional'] ?? {};
  expect({ verdict, why: reasons?.[0] }).toEqual({
    verdict: 'unknown',
    why: 'exit code 127: the candidate could not be run in the sandbox',
  });
  await gates.candidate(
    { gate: 'bare', digest: bare.digest },
    'waiting to be checked again',
    ({ next }) => next?.action === 'rest' && next.why === 'no verdict yet from functional; will be asked again',
  );
  await oneMoreSweep();
  expect(await system.ask.registries.base.tags('bare')).toEqual([]);
});

const isRunning = ({ evidence: { functional } }: CandidateSeen) =>
  functional?.state === 'running' && functional.runId !== undefined;
const isDone = ({ evidence: { functional } }: CandidateSeen) => functional?.state === 'done';
const is = (outcome: string) => (candidate: CandidateSeen) => candidate.outcome?.kind === outcome;

async function runIs(runId: string | undefined, statuses: string[]): Promise<void> {
  await system.wait(
    `run ${runId} is ${statuses.join(' or ')}`,
    async () => {
      const run = (await system.ask.runs.quarantine.all()).find((one) => one.runId === runId);
      return run && statuses.includes(run.status) ? true : missing(run ?? 'no such run');
    },
    { withinSeconds: 40 },
  );
}

/** Waits for a sweep that begins after now. */
async function oneMoreSweep(): Promise<void> {
  const lastEnd = async () =>
    ((await system.ask.app('/api/health')) as { lastSweep?: { endedAt: string } }).lastSweep?.endedAt;
  // The first may have begun before.
  for (const which of ['first', 'second']) {
    const before = await lastEnd();
    await system.wait(
      `the ${which} sweep has ended`,
      async () => {
        const now = await lastEnd();
        return now !== before ? true : missing(now);
      },
      { withinSeconds: 30 },
    );
  }
}
