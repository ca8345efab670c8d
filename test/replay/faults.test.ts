/**
 * A bad day of the cloud: one call in five fails, before or after it took effect, and events come twice, shuffled, or not at all. Fifty pushes
 * over five gates end where they end on a good day.
 */
import { describe, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { readGate } from '../../shared/ledger/gate-book.ts';
import { image, type Image } from '../fakes/images.ts';
import { gateWorld, MINUTE, type GateWorld } from './gate-world.ts';

const GATES = ['one', 'two', 'three', 'four', 'five'];
const PUSHES = 50;

const policy = `version: 1
gates:
${GATES.map(
  (name) => `  ${name}:
    from: \${PUBLIC_REGISTRY}/${name}:1
    to: \${BASE_REGISTRY}/${name}:1
    checks: { functional: { script: checks/node.sh, timeout: 4m } }
`,
).join('')}`;

describe('fifty pushes over five gates', () => {
  it('end where they end without faults, though one call in five fails and events are doubled, shuffled and lost', async () => {
    const good = await play({ seed: 1, share: 0 });
    const bad = await play({ seed: 1, share: 0.2 });

    expect(good.failed).toBe(0);
    expect(bad.failed).toBeGreaterThan(100);
    expect(bad.end).toEqual(good.end);
    expect(Object.keys(good.end)).toHaveLength(GATES.length);
  }, 60_000);
});

/** What is compared: where each gate stands, what its stable tag names, and how its newest candidate ended. */
async function play({ seed, share }: { seed: number; share: number }) {
  const world = gateWorld({ files: { 'gates.yaml': policy, 'apps/web.yaml': undefined } });
  const chance = random(seed);
  const pushes = plan(chance);
  const rejected = new Set(pushes.filter(({ good }) => !good).map(({ what }) => what.manifest.digest as string));
  world.checksAnswer((digest) => (rejected.has(digest) ? 1 : 0));
  const faults = share > 0 ? breakCalls(world, { share, chance: random(seed + 1) }) : { count: 0, over: true };

  for (const { gate, what } of pushes) {
    world.ports.upstreams.set(`public.example.com/${gate}:1`, what.manifest);
    world.ports.registries.putJson(what.config);
    for (const of of share > 0 ? chaos(gate, chance) : [gate]) await world.wake('runGate', of);
    await world.pass(3 * MINUTE);
    await world.wake('sweep', '');
  }
  for (let sweeps = 0; sweeps < 36; sweeps++) {
    await world.pass(10 * MINUTE);
    await world.wake('sweep', '');
  }
  await world.pass(MINUTE);
  faults.over = true;
  const end = await endOf(world);
  await world.close();
  return { end, failed: faults.count };
}

interface Push {
  gate: string;
  what: Image;
  good: boolean;
}

/** The last push of each gate is a good one: what is replaced before it was decided on is superseded, whatever it was. */
function plan(chance: () => number): Push[] {
  return Array.from({ length: PUSHES }, (_, at) => ({
    gate: GATES[at % GATES.length] ?? '',
    what: image(['base', `push ${at}`]),
    good: at >= PUSHES - GATES.length || chance() < 0.7,
  }));
}

/** Events as Event Grid may deliver them: twice, in any order, of another gate too, or not at all. */
function chaos(gate: string, chance: () => number): string[] {
  const events = [gate, gate, GATES[Math.floor(chance() * GATES.length)] ?? gate].filter(() => chance() >= 0.2);
  return events.toSorted(() => chance() - 0.5);
}

/** From now on a share of all calls to the outside throws: half of them without effect, half after it. */
function breakCalls(
  { ports }: GateWorld,
  { share, chance }: { share: number; chance: () => number },
): { count: number; over: boolean } {
  const faults = { count: 0, over: false };
  const { ledger, registries, runs, announcements, secrets } = ports;
  for (const port of [ledger, registries, runs, announcements, secrets] as unknown as Record<string, Call>[]) {
    for (const name of CALLS) {
      const call = port[name];
      if (!call) continue;
      port[name] = async (...parameters) => {
        const fails = !faults.over && chance() < share;
        if (fails) faults.count += 1;
        if (fails && chance() < 0.5) throw new Error('503 before it had an effect');
        const answer = await call(...parameters);
        if (fails) throw new Error('503 after it had its effect');
        return answer;
      };
    }
  }
  return faults;
}

type Call = (...parameters: unknown[]) => Promise<unknown>;

const CALLS = [
  ...['write', 'digestOf', 'manifest', 'putManifest', 'lockTag', 'protectManifest', 'import'],
  ...['startQuickRun', 'run', 'log', 'cancel', 'announce', 'read'],
];

async function endOf({ ports, policy: inForce }: GateWorld) {
  const ends = GATES.map(async (name) => {
    const { gate, open } = await readGate(ports.ledger, name);
    const current = gate?.value.current;
    const stable = await ports.registries.digestOf(
      inForce.gates[name]?.to ?? parseTagReference('nowhere.example.com/x:1'),
    );
    return [
      name,
      { current: current?.digest, stable, resting: gate?.value.resting?.reason.kind, open: open.size },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

/** Mulberry32: the same numbers for the same seed, so that a red run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
