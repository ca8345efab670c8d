/** What a build of ours counts for depends on the base it was given, and on nothing that the build says of itself. */
import { afterEach, describe, expect, it } from 'vitest';
import { tag } from '../../shared/domain/reference.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import { image, manifestOf, type Image } from '../fakes/images.ts';
import type { Ending } from '../fakes/runs.ts';
import { blue, gateWorld, green, MINUTE, TEAM, type GateWorld } from './gate-world.ts';

const onGreen = image(['base', 'green', 'page']);
/** Another manifest with the same layers: nothing that a build sees has changed. */
const annotated: Image = {
  config: green.config,
  manifest: manifestOf(green.manifest.mediaType, {
    ...(JSON.parse(new TextDecoder().decode(green.manifest.bytes)) as object),
    annotations: { 'org.opencontainers.image.created': '2026-01-06' },
  }),
};

let world: GateWorld;
afterEach(() => world.close());

describe('a build that makes the same digest again', () => {
  it('on a new base with the same layers is made once, and deployed no second time', async () => {
    world = alwaysBuilding(onGreen);
    await promoted(green);

    const base = await promoted(annotated);

    expect(await world.stable()).toBe(base);
    expect(builds()).toBe(2);
    expect(world.ports.groups.puts).toHaveLength(1);
    expect(await row()).toMatchObject({
      newest: { digest: onGreen.manifest.digest, base: { gate: 'node', digest: base } },
      resting: { reason: { kind: 'up-to-date' } },
    });
  });

  it('begun on the base before, with the same layers, is made again on the new one', async () => {
    const slow = { isSlow: true };
    world = alwaysBuilding(onGreen, slow);
    const before = await promoted(green);
    const base = await promoted(annotated);

    slow.isSlow = false;
    const [slowRun] = buildRuns();
    world.ports.registries.put({ ...TEAM, tag: tag.parse('ca2') }, onGreen.manifest);
    world.ports.registries.putJson(onGreen.config);
    world.ports.runs.end(slowRun?.runId ?? '', pushed(onGreen, 'ca2'));
    await world.pass(60_000);

    expect(buildsGiven()).toEqual([before, base]);
    expect(await row()).toMatchObject({
      newest: { base: { digest: base } },
      resting: { reason: { kind: 'up-to-date' } },
    });
  });

  it('on the base before the one it was given counts as failed', async () => {
    world = alwaysBuilding(onGreen);
    const before = await promoted(green);

    const base = await promoted(blue);

    expect(await world.stable()).toBe(base);
    expect(await row()).toMatchObject({
      newest: { digest: onGreen.manifest.digest, base: { digest: before } },
      failure: { given: { node: base }, message: expect.stringContaining('does not stand on the base it was given') },
    });
    expect(world.ports.groups.puts).toHaveLength(1);
  });
});

/** Every build pushes this image, whatever base it is given, and ends at once unless it is slow; every check passes. */
function alwaysBuilding(made: Image, pace: { isSlow: boolean } = { isSlow: false }): GateWorld {
  const created = gateWorld();
  const { runs, registries, probes } = created.ports;
  probes.set('http://127.0.1.10:8080/', { status: 200 });
  runs.addTask(TEAM.host, 'hello-build');
  runs.answer((started) => {
    if (!started.task) {
      const nonce = started.quick?.values.find(({ name }) => name === 'nonce')?.value;
      return { state: 'succeeded', log: `gate-result ${nonce} 0\n` };
    }
    if (builds() > 5) throw new Error('the image is built again and again');
    if (pace.isSlow) return undefined;
    registries.put({ ...TEAM, tag: tag.parse(started.runId) }, made.manifest);
    registries.putJson(made.config);
    return pushed(made, started.runId);
  });
  return created;
}

function pushed({ manifest }: Image, name: string): Ending {
  return {
    state: 'succeeded',
    outputs: [{ repository: TEAM.repository, tag: tag.parse(name), digest: manifest.digest }],
  };
}

async function promoted(what: Image) {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE / 2);
  return digest;
}

const row = async () => (await readImage(world.ports.ledger, 'hello')).image?.value;
const buildRuns = () => world.ports.runs.started.filter(({ task }) => task);
const builds = () => buildRuns().length;
const buildsGiven = () => buildRuns().map(({ task }) => task?.pass['BASE_IMAGE']?.split('@')[1]);
