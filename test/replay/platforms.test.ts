/** A gate of several platforms: the index is promoted as it is, and only when each image in it was checked. */
import { afterEach, describe, expect, it } from 'vitest';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { digestOf, image, imageIndex, MANIFEST, manifestOf, type Image } from '../fakes/images.ts';
import { gateWorld, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

const BOTH = { gates: { 'soak: 3d': 'soak: 0s\n    platforms: [linux/amd64, linux/arm64]' } };
const amd64 = image(['base', 'green']);
const arm64 = image(['arm base', 'green'], 'linux/arm64');

/** The upstream tag names an index of these images. */
function pushIndex(images: Image[]) {
  for (const one of images) world.push(one);
  const manifest = imageIndex(images);
  return { digest: world.push({ manifest, config: amd64.config }), images };
}

it('promotes the index when every image in it has passed', async () => {
  world = gateWorld(BOTH, { on: 'host' });
  world.checksAnswer(() => 0);
  const { digest } = pushIndex([amd64, arm64]);

  await world.wake('runGate', 'node');
  await world.pass(60_000);

  expect(await world.stable()).toBe(digest);
  const evidence = (await readCandidate(world.ports.ledger, 'node', digest))?.evidence;
  expect([...(evidence ?? [])].map(([id, { value }]) => [id, value.evidence])).toMatchObject([
    ['functional:linux/amd64', { verdict: 'pass', platform: 'linux/amd64', digest: amd64.manifest.digest }],
    ['functional:linux/arm64', { verdict: 'pass', platform: 'linux/arm64', digest: arm64.manifest.digest }],
  ]);
  await world.everyGenerationReplays('gate-node');
});

it('promotes the attestations in an index with it', async () => {
  world = gateWorld(BOTH);
  world.checksAnswer(() => 0);
  const attestation = image(['statement'], 'unknown/unknown');
  const statement = { mediaType: 'application/vnd.in-toto+json', digest: digestOf('statement'), size: 9 };
  const content = JSON.parse(new TextDecoder().decode(attestation.manifest.bytes)) as object;
  const manifest = manifestOf(MANIFEST, { ...content, layers: [statement] });
  const { digest } = pushIndex([amd64, arm64, { ...attestation, manifest }]);

  await world.wake('runGate', 'node');
  await world.pass(60_000);

  expect(await world.stable()).toBe(digest);
});

describe('keeps the stable tag', () => {
  it('when one image in it fails', async () => {
    world = gateWorld(BOTH);
    world.checksAnswer((digest) => (digest === arm64.manifest.digest ? 1 : 0));
    const { digest } = pushIndex([amd64, arm64]);

    await world.wake('runGate', 'node');
    await world.pass(60_000);

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({
      kind: 'rejected',
      reason: { kind: 'check-failed', checks: ['functional:linux/arm64'] },
    });
  });

  it('when an image is hidden in it as an attestation', async () => {
    world = gateWorld(BOTH);
    world.checksAnswer(() => 0);
    const { digest } = pushIndex([amd64, arm64, image(['hidden'], 'unknown/unknown')]);

    await world.wake('runGate', 'node');
    await world.pass(60_000);

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({
      kind: 'failed',
      reason: { kind: 'unusable', message: expect.stringContaining('it may run, and nobody checks it') as string },
    });
    expect(world.ports.runs.started).toEqual([]);
  });

  it('when something in it is checked by nobody', async () => {
    world = gateWorld(BOTH);
    world.checksAnswer(() => 0);
    const { digest } = pushIndex([amd64, arm64, image(['other'], 'linux/s390x')]);

    await world.wake('runGate', 'node');
    await world.pass(60_000);

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({
      kind: 'failed',
      reason: { message: expect.stringContaining('it also has linux/s390x, which nobody checks') as string },
    });
  });
});
