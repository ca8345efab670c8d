/** What lies in quarantine for nobody is removed, and what a candidate needs is not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { host, repository, type Digest } from '../../shared/domain/reference.ts';
import { imageIndex, manifestOf, MANIFEST } from '../fakes/images.ts';
import { blue, gateWorld, green, MINUTE, QUARANTINE, red, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
beforeEach(() => {
  world = gateWorld();
  world.checksAnswer((digest) => (digest === red.manifest.digest ? 1 : 0));
});
afterEach(() => world.close());

const PLACE = { host: host.parse(QUARANTINE), repository: repository.parse('node/node') };
const kept = async (): Promise<Digest[]> =>
  (await world.ports.registries.manifests(PLACE)).map(({ digest }) => digest).toSorted();

async function sweepAfter(minutes: number) {
  await world.pass(minutes * MINUTE);
  await world.wake('sweep', '');
  await world.pass(3_000);
}

describe('the quarantine', () => {
  it('keeps what was settled just now, and loses it later, protected or not', async () => {
    world.push(red);
    await sweepAfter(0);
    expect(await kept()).toEqual([red.manifest.digest]);

    await sweepAfter(59);
    expect(await kept()).toEqual([red.manifest.digest]);
    await sweepAfter(62);

    expect(await kept()).toEqual([]);
  });

  it('keeps what an open candidate is made of, children and signatures included', async () => {
    await world.close();
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 2d' } });
    world.checksAnswer(() => 0);
    const index = imageIndex([green, blue]);
    for (const child of [green, blue])
      world.ports.upstreams.put(host.parse('public.example.com'), repository.parse('node'), child.manifest);
    world.ports.upstreams.set(UPSTREAM, index);
    await sweepAfter(0);
    const signature = manifestOf(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      subject: { digest: index.digest },
    });
    world.ports.registries.put(PLACE, signature);

    await sweepAfter(180);

    expect(await kept()).toEqual(
      [index.digest, green.manifest.digest, blue.manifest.digest, signature.digest].toSorted(),
    );
  });

  it('loses the signature of what is gone', async () => {
    world.push(red);
    await sweepAfter(0);
    const signature = { schemaVersion: 2, mediaType: MANIFEST, subject: { digest: red.manifest.digest } };
    world.ports.registries.put(PLACE, manifestOf(MANIFEST, signature));

    await sweepAfter(121);

    expect(await kept()).toEqual([]);
  });

  it('takes a candidate in again that opens again, and its verdict still holds', async () => {
    const digest = world.push(green);
    await sweepAfter(0);
    world.push(blue);
    await sweepAfter(121);
    expect(await kept()).not.toContain(digest);
    const checked = world.ports.runs.started.length;

    world.push(green);
    await sweepAfter(1);

    expect(await world.stable()).toBe(digest);
    expect(world.ports.runs.started).toHaveLength(checked);
  });

  it('says what somebody has locked, and goes on with the rest', async () => {
    world.push(red);
    await sweepAfter(0);
    world.ports.registries.failNext('deleteManifest', new Error('no right to delete'));

    await sweepAfter(121);

    const { problems } = world.ports.ledger.dump('gates', '(sweep)')['sweep'] as { problems: string[] };
    expect(problems).toEqual(['gate "node": no right to delete']);
    await sweepAfter(61);
    expect(await kept()).toEqual([]);
  });
});
