/** The first law, with a hostile upstream: what it moves its tag to, and when, changes nothing about what was checked. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Surroundings } from '../../functions/activities/activity.ts';
import { parseTagReference, tag, type Digest } from '../../shared/domain/reference.ts';
import { noTelemetry } from '../../shared/telemetry.ts';
import { running } from '../fakes/groups.ts';
import { image, type Image } from '../fakes/images.ts';
import { fakePorts } from '../fakes/ports.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { QUARANTINE, STABLE, TEAM, UPSTREAM } from './gate-world.ts';
import { START } from './harness.ts';
import { before, interleaved } from './interleaved.ts';

/** Two that pass and two that fail. */
const IMAGES = ['green', 'red', 'blue', 'crimson'].map((colour) => ({
  colour,
  passes: !['red', 'crimson'].includes(colour),
  image: image(['base', colour]),
}));
const POLICY = valid({ gates: { 'soak: 3d': 'soak: 0s' } });
const KEEPING = valid({ gates: { 'soak: 3d': 'soak: 0s\n    whenReplaced: keep' } });

const STARTED = [
  ['runGate', 'node'],
  ['buildImage', 'hello'],
  ['rollOut', 'hello'],
] as const;

/** Where the tag is moved: before the call of a port of that number, to that image. */
const moves = fc.array(fc.tuple(fc.nat(250), fc.nat(IMAGES.length - 1)), { minLength: 1, maxLength: 8 });
/** Whose turn it is, and when somebody asks again. */
const turns = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 });

interface Chosen {
  keep: boolean;
  moves: [call: number, to: number][];
  turns: number[];
}

/**
 * So many plays, each with the tag moved at some calls and the stories interleaved in some order. Throws unless nothing is promoted, built on or
 * deployed but what passed its checks, and, where the last image passes, unless that is what all of them end with.
 */
export async function interleavings(howMany: number) {
  const seen = { moved: 0, promoted: 0, rejected: 0, deployed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.record({ keep: fc.boolean(), moves, turns }), async (chosen) => {
      const world = play(chosen);

      await world.toTheEnd();

      const promoted = [...world.named];
      const ran = world.ran();
      expect(promoted.filter((digest) => !world.passed.has(digest))).toEqual([]);
      expect(world.builtOn.filter((digest) => !world.named.has(digest))).toEqual([]);
      expect(ran.filter((digest) => !world.versions.has(digest))).toEqual([]);
      const last = IMAGES[world.last];
      if (last?.passes) {
        expect(await world.stable()).toBe(last.image.manifest.digest);
        expect(world.builtOn.at(-1)).toBe(last.image.manifest.digest);
        expect(world.versions.get(ran.at(-1) ?? '')).toBe(last.image.manifest.digest);
      }
      seen.moved += world.moved;
      seen.promoted += promoted.length;
      seen.rejected += world.failed;
      seen.deployed += ran.length;
    }),
    { numRuns: howMany },
  );
  return seen;
}

function play({ keep, moves: planned, turns: order }: Chosen) {
  const ports = fakePorts();
  ports.policies.set(keep ? KEEPING : POLICY);
  ports.probes.set('http://127.0.1.10:8080/', { status: 200 });
  ports.groups.becomes(running);
  ports.runs.addTask(TEAM.host, 'hello-build');
  const passed = new Set<string>();
  const named = new Set<string>();
  const versions = new Map<string, Digest>();
  const builtOn: string[] = [];
  const world = { passed, named, versions, builtOn, failed: 0, moved: 0, last: 0 };

  const moveTo = (to: number) => {
    const next = IMAGES[to];
    if (!next) throw new Error('no such image');
    push(next.image);
    world.last = to;
    world.moved += 1;
  };
  const push = ({ manifest, config }: Image) => {
    ports.upstreams.set(UPSTREAM, manifest);
    ports.registries.putJson(config);
  };
  const digestIn = (text: string) => text.split('@')[1] ?? '';
  ports.runs.answer(({ runId, quick, task }) => {
    if (quick) {
      const value = (name: string) => quick.values.find((one) => one.name === name)?.value ?? '';
      const candidate = digestIn(value('candidate'));
      const passes = IMAGES.find(({ image: one }) => one.manifest.digest === candidate)?.passes === true;
      if (passes) passed.add(candidate);
      else world.failed += 1;
      return { state: 'succeeded', log: `gate-result ${value('nonce')} ${passes ? 0 : 1}\n` };
    }
    const base = digestIn(task?.pass['BASE_IMAGE'] ?? '');
    builtOn.push(base);
    const from = IMAGES.find(({ image: one }) => one.manifest.digest === base);
    const result = image(['base', from?.colour ?? 'unknown', 'page']);
    ports.registries.put({ ...TEAM, tag: tag.parse(runId) }, result.manifest);
    ports.registries.putJson(result.config);
    versions.set(result.manifest.digest, base as Digest);
    return { state: 'succeeded', outputs: [{ ...TEAM, tag: tag.parse(runId), digest: result.manifest.digest }] };
  });

  let calls = 0;
  const happens = () => {
    for (const [, to] of planned.filter(([at]) => at === calls)) moveTo(to);
    calls += 1;
  };
  const putManifest = ports.registries.putManifest.bind(ports.registries);
  ports.registries.putManifest = async (reference, manifest) => {
    if (JSON.stringify(reference) === JSON.stringify(parseTagReference(STABLE))) named.add(manifest.digest);
    return putManifest(reference, manifest);
  };
  const surroundings: Surroundings = {
    ...ports,
    ledger: before(ports.ledger, happens),
    upstreams: before(ports.upstreams, happens),
    registries: before(ports.registries, happens),
    runs: before(ports.runs, happens),
    groups: before(ports.groups, happens),
    quarantine: QUARANTINE,
    runnerImage: 'docker:28-cli',
    startedAt: START,
    log: { warn: () => {} },
    telemetry: noTelemetry,
  };
  const stage = interleaved(surroundings, START);

  /** Every story that is at work, to its end: first as the test has it, then in turn. */
  async function go(choose: () => number): Promise<void> {
    for (let atWork = stage.atWork(); atWork.length > 0; atWork = stage.atWork()) {
      const which = atWork[choose() % atWork.length];
      if (which) await stage.step(which);
    }
  }

  return Object.assign(world, {
    /** What the container group was given, in order. */
    ran: () => ports.groups.puts.map((put) => digestIn(JSON.stringify(put)).slice(0, 71)),
    stable: () => ports.registries.digestOf(parseTagReference(STABLE)),
    async toTheEnd() {
      moveTo(0);
      let turn = 0;
      const chosen = () => order[turn++ % order.length] ?? 0;
      const latest = Math.max(...planned.map(([at]) => at));
      // As a sweep starts them. What is asked of a story that is just ending is done by the next sweep, and after the last move that may
      // happen to each of the three.
      for (let after = 0; after < 1 + STARTED.length; after += calls > latest ? 1 : 0) {
        for (const [story, thing] of STARTED) await stage.stories.start(story, thing);
        await go(chosen);
        stage.pass(300_000);
      }
    },
  });
}
