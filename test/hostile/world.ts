/**
 * One whole system for all hostile images, with a gate for each: an upstream that is Debian's registry, one that lies, and what no image may ever
 * reach or make: a port of this machine, and a file.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDebianRegistry, type DebianRegistry } from '../e2e/debian-registry.ts';
import { gatesOf, writePolicy, type Gates } from '../e2e/gates.ts';
import { thisArchitecture, type Image } from '../e2e/oci-layout.ts';
import { watchPushes, type Pushes } from '../e2e/pushes.ts';
import { startSystem, type System } from '../e2e/system.ts';
import { startLyingRegistry, type LyingRegistry } from './lying-registry.ts';
import { MARKER, markerCheck, type Offered, type Trick } from './trick.ts';

const TAG = '22';
const STABLE = 'stable';
const WITHIN = { withinSeconds: 150 };

export interface World {
  system: System;
  debian: DebianRegistry;
  lying: LyingRegistry;
  gates: Gates;
  pushes: Pushes;
  /** Pushes to the tag that the gate follows; answers the digest. */
  push(gate: string, image: Image): Promise<string>;
  at(gate: string): { repository: string; tag: string };
  offered(trick: Trick, digest: string): Offered;
  /** Digests that the stable tag of the gate has ever named, in the order of their coming. */
  stableDigests(gate: string): string[];
  /** What no image may get to know. */
  secrets: string[];
  /** A port of this machine, and how often somebody called there. */
  bait: { port: number; calls(): number };
  /** A file that is there when somebody's words were run as a command. */
  canary: string;
  hasSung(): boolean;
  close(): Promise<void>;
}

export async function startWorld(tricks: Trick[]): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-hostile-'));
  const canary = join(folder, 'canary');
  await writePolicy(join(folder, 'policy'), {
    'gates.yaml': ['version: 1', 'gates:', ...tricks.map(gateOf)].join('\n'),
    'checks/marker.sh': 'echo "this is $(cat /marker)" && test -s /marker\n',
  });
  const calls = { count: 0 };
  const bait = await listen(calls);
  const debian = await startDebianRegistry();
  const lying = await startLyingRegistry();
  const settings = {
    POLICY: join(folder, 'policy'),
    UPSTREAM_REGISTRY: debian.host,
    LYING_REGISTRY: lying.host,
    SWEEP_SCHEDULE: '*/3 * * * * *',
  };
  const system = await startSystem({ settings });
  const gates = gatesOf(system);
  const pushes = await watchPushes(system, 'base');
  const { identityHeaders } = system.local.instance;
  const { registries } = system.local.endpoints;

  return {
    ...{ system, debian, lying, gates, pushes, canary },
    push: (gate, image) => debian.push(`library/${gate}:${TAG}`, image),
    at: (gate) => ({ repository: `library/${gate}`, tag: TAG }),
    offered: ({ gate }, digest) => offeredOf(gates, { gate, digest }),
    stableDigests: (gate) => [
      ...new Set(
        pushes.seen().flatMap(({ repository, tag, digest }) => (repository === gate && tag === STABLE ? [digest] : [])),
      ),
    ],
    secrets: [...Object.values(identityHeaders), ...Object.values(registries).map(({ password }) => password)],
    bait: { port: (bait.address() as { port: number }).port, calls: () => calls.count },
    hasSung: () => existsSync(canary),
    async close() {
      await pushes.close();
      await system.destroy();
      await lying.close();
      await debian.destroy();
      bait.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const gateOf = ({
  gate,
  upstream = 'debian',
  checks = { [MARKER]: markerCheck() },
  platforms = [`linux/${thisArchitecture}`],
  gateLines = [],
}: Trick): string =>
  [
    `  ${gate}:`,
    `    from: \${${upstream === 'debian' ? 'UPSTREAM' : 'LYING'}_REGISTRY}/library/${gate}:${TAG}`,
    `    to: \${BASE_REGISTRY}/${gate}:${STABLE}`,
    `    platforms: [${platforms.join(', ')}]`,
    ...gateLines.map((line) => `    ${line}`),
    '    checks:',
    ...Object.entries(checks).map(([name, check]) => `      ${name}: ${check}`),
  ].join('\n');

function offeredOf(gates: Gates, { gate, digest }: { gate: string; digest: string }): Offered {
  const candidate: Offered['candidate'] = (what, wanted) => gates.candidate({ gate, digest }, what, wanted, WITHIN);
  return {
    digest,
    candidate,
    rejected: () => candidate('rejected', ({ outcome }) => outcome?.kind === 'rejected'),
    withoutVerdict: (check = MARKER) =>
      candidate(
        `without a verdict from ${check}`,
        ({ evidence, next }) =>
          evidence[check]?.verdict === 'unknown' && next?.action === 'rest' && next.why.startsWith('no verdict yet'),
      ),
    troubled: () => candidate('in trouble', ({ trouble }) => trouble !== undefined),
    log: async (check = MARKER) => (await gates.log({ gate, digest, check })).split(/\r?\n/),
  };
}

/** On every address of this machine. */
async function listen(calls: { count: number }): Promise<Server> {
  const server = createServer((socket) => {
    calls.count += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return server;
}
