/** What is attached to an image comes with it: into quarantine, and on to where teams build from, under the same digest. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTagReference, repository, tag, type Digest } from '../../shared/domain/reference.ts';
import { cosignTags } from '../../shared/domain/referrers.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { readRecords } from '../../shared/record/read-records.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import { attachment, imageIndex, manifestOf, MANIFEST } from '../fakes/images.ts';
import { keyPair } from '../fakes/signing.ts';
import {
  blue,
  gateWorld,
  green,
  MINUTE,
  QUARANTINE,
  red,
  STABLE,
  UPSTREAM,
  type GateWorld,
  type WorldOptions,
} from './gate-world.ts';

const SBOM = 'application/spdx+json';
const SIGNATURE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

let world: GateWorld;
beforeEach(() => begin());
function begin(options: WorldOptions = {}): void {
  world = gateWorld({}, options);
  world.checksAnswer(() => 0);
}
afterEach(() => world.close());

const from = parseTagReference(UPSTREAM);
const target = parseTagReference(STABLE);
const quarantine = { host: QUARANTINE, repository: repository.parse('node/node') };

const attach = (...manifests: Manifest[]): void => {
  for (const manifest of manifests) world.ports.upstreams.put(from.host, from.repository, manifest);
};
/** All but our own record. */
async function attachedTo(digest: Digest, place = target): Promise<Digest[]> {
  const listed = await world.ports.registries.referrers({ host: place.host, repository: place.repository, digest });
  const record = (await world.gate()).current?.record;
  return listed.map((one) => one.digest).filter((one) => one !== record);
}
async function recordOf(digest: Digest) {
  const publicKeys = (await world.ports.signing.keys()).map(({ publicKey }) => publicKey);
  const { host, repository: name } = target;
  const { records } = await readRecords(world.ports.registries, { host, repository: name, digest }, { publicKeys });
  return records.at(-1)?.record;
}
async function promote(what = green): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
  return digest;
}

describe('attached to a promoted digest is', () => {
  it('what was attached upstream: an SBOM, its signature, a signature of the image', async () => {
    begin({ on: 'host' });
    const sbom = attachment(green.manifest, SBOM);
    const ofSbom = attachment(sbom, SIGNATURE);
    const signature = attachment(green.manifest, SIGNATURE);
    attach(sbom, ofSbom, signature);

    const digest = await promote();

    expect(new Set(await attachedTo(digest))).toEqual(new Set([sbom.digest, signature.digest]));
    expect(await attachedTo(sbom.digest)).toEqual([ofSbom.digest]);
    const said = [
      { digest: sbom.digest, subject: digest, artifactType: SBOM },
      { digest: ofSbom.digest, subject: sbom.digest, artifactType: SIGNATURE },
      { digest: signature.digest, subject: digest, artifactType: SIGNATURE },
    ];
    expect((await recordOf(digest))?.referrers).toEqual(said.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)));
    for (const one of [sbom, ofSbom, signature]) {
      const { host: at, repository: name } = target;
      expect(world.ports.registries.isProtected({ host: at, repository: name, digest: one.digest })).toBe(true);
      expect(world.ports.registries.isProtected({ ...quarantine, digest: one.digest })).toBe(true);
    }
    await world.everyPrefixReplays(world.history('gate-node'));
  });

  it('what cosign keeps under a tag, under that tag', async () => {
    const signature = manifestOf(MANIFEST, {
      schemaVersion: 2,
      config: { size: 2 },
      layers: [{ size: 200, digest: green.manifest.digest }],
    });
    const [sig = tag.parse('none')] = cosignTags(green.manifest.digest);
    world.ports.upstreams.set({ ...from, tag: sig }, signature);

    await promote();

    expect(await world.ports.registries.digestOf({ ...target, tag: sig })).toBe(signature.digest);
  });

  it('what came after the image was taken in, while it waited', async () => {
    await world.close();
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 1h' } });
    world.checksAnswer(() => 0);
    await promote();
    const late = attachment(green.manifest, SIGNATURE);
    attach(late);

    await world.pass(61 * MINUTE);
    await world.wake('sweep', '');
    await world.pass(MINUTE);

    expect(await attachedTo(green.manifest.digest)).toEqual([late.digest]);
  });

  it('what was taken in, when the upstream does not answer any more, and that is said', async () => {
    await world.close();
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 1h' } });
    world.checksAnswer(() => 0);
    const signature = attachment(green.manifest, SIGNATURE);
    attach(signature);
    await promote();
    await world.pass(61 * MINUTE);

    world.ports.upstreams.failNext('referrers', new Error('public.example.com answered 503'));
    await world.wake('sweep', '');
    await world.pass(MINUTE);

    expect(await attachedTo(green.manifest.digest)).toEqual([signature.digest]);
    expect(world.logged.join()).toContain('public.example.com answered 503');
  });
});

it('comes with the platform that is promoted of an index, and into quarantine with the index too', async () => {
  const index = imageIndex([green]);
  const ofIndex = attachment(index, SIGNATURE);
  const ofPlatform = attachment(green.manifest, SBOM);
  attach(green.manifest, ofIndex, ofPlatform);
  world.ports.upstreams.set(UPSTREAM, index);
  world.ports.registries.putJson(green.config);

  await world.wake('runGate', 'node');
  await world.pass(MINUTE);

  expect(await world.stable()).toBe(green.manifest.digest);
  expect(await attachedTo(green.manifest.digest)).toEqual([ofPlatform.digest]);
  const inQuarantine = { ...target, ...quarantine };
  expect(await attachedTo(index.digest, inQuarantine)).toEqual([ofIndex.digest]);
});

describe('is asked for at the upstream', () => {
  /** How often, for the image itself. */
  const asked = () => world.ports.upstreams.calls.filter(({ method }) => method === 'referrers').length;
  /** No verdict at the first try, nor at the second. */
  async function askedThrice(): Promise<void> {
    world.ports.runs.answer(({ quick }) => quick && { state: 'succeeded', log: 'nothing that anybody asked' });
    world.push(green);
    await world.wake('runGate', 'node');
    for (const minutes of [2, 11]) {
      await world.pass(minutes * MINUTE);
      await world.wake('runGate', 'node');
    }
    expect(world.ports.runs.started).toHaveLength(3);
  }

  it('once, where no check reads it, however often its checks start', async () => {
    await askedThrice();

    expect(asked()).toBe(1);
  });

  it('each time its checks start, where one reads it', async () => {
    await world.close();
    const functional = 'functional: { script: checks/node.sh, timeout: 4m }';
    const signed = 'signed: { signature: { keys: [keys/acme.pub], mode: if-present } }';
    const gates = { 'soak: 3d': 'soak: 0s', [functional]: `${functional}\n      ${signed}` };
    world = gateWorld({ gates, files: { 'keys/acme.pub': keyPair().pem } });

    await askedThrice();

    expect(asked()).toBe(3);
  });
});

describe('is left behind, and said,', () => {
  const referrersOf = async (digest: Digest) =>
    (await readCandidate(world.ports.ledger, 'node', digest))?.row.value.referrers;

  it('when it is more than fifty; the image goes on without the rest', async () => {
    attach(...Array.from({ length: 60 }, (_, at) => attachment(green.manifest, SBOM, String(at))));

    const digest = await promote();

    expect(await world.stable()).toBe(digest);
    expect(await attachedTo(digest)).toHaveLength(50);
    expect(await referrersOf(digest)).toMatchObject({ copied: 50, left: 10 });
    expect((await referrersOf(digest))?.why).toContainEqual(expect.stringContaining('more than 50 are attached'));
  });

  it('when it is listed and attached to something else', async () => {
    const others = attachment(red.manifest, SIGNATURE);
    attach(others);
    const { upstreams } = world.ports;
    const honest = upstreams.referrers.bind(upstreams);
    upstreams.referrers = async (image, credentials) => {
      const { referrers, more } = await honest(image, credentials);
      return { referrers: [...referrers, { digest: others.digest }], more };
    };

    const digest = await promote();

    expect(await attachedTo(digest)).toEqual([]);
    expect((await referrersOf(digest))?.why[0]).toContain('attached to something else');
  });

  it('when it is huge', async () => {
    const huge = manifestOf(MANIFEST, {
      schemaVersion: 2,
      config: { size: 2 },
      layers: [{ size: 3 * 1024 ** 3 }],
      subject: { digest: green.manifest.digest },
    });
    attach(huge);

    const digest = await promote();

    expect(await attachedTo(digest)).toEqual([]);
    expect((await referrersOf(digest))?.why[0]).toMatch(/it has \d+ bytes/);
  });

  it('when it is another index', async () => {
    const odd = manifestOf(MANIFEST, { schemaVersion: 2, manifests: [], subject: { digest: green.manifest.digest } });
    attach(odd);

    expect(await attachedTo(await promote())).toEqual([]);
  });
});

it('is put there once more when a registry does not list what was imported', async () => {
  const signature = attachment(green.manifest, SIGNATURE);
  attach(signature);
  const { registries } = world.ports;
  const honest = registries.referrers.bind(registries);
  const pushed = new Set<Digest>();
  registries.putUntagged = async (place, manifest) => {
    registries.put(place, manifest);
    pushed.add(manifest.digest);
  };
  registries.referrers = async (image, type) => (await honest(image, type)).filter(({ digest }) => pushed.has(digest));

  const digest = await promote();

  expect(await world.stable()).toBe(digest);
  expect(await attachedTo(digest)).toEqual([signature.digest]);
});

describe('in quarantine', () => {
  const kept = async () => (await world.ports.registries.manifests(quarantine)).map(({ digest }) => digest);

  it('goes with a candidate that was settled, protected or not', async () => {
    const sbom = attachment(red.manifest, SBOM);
    attach(sbom, attachment(sbom, SIGNATURE));
    world.checksAnswer(() => 1);
    world.push(red);
    await world.wake('sweep', '');
    await world.pass(MINUTE);
    expect(await kept()).toHaveLength(3);

    await world.pass(121 * MINUTE);
    await world.wake('sweep', '');
    await world.pass(MINUTE);

    expect(await kept()).toEqual([]);
  });

  it('keeps what cosign keeps under a tag while the candidate is open', async () => {
    await world.close();
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 2d' } });
    world.checksAnswer(() => 0);
    const signature = manifestOf(MANIFEST, { schemaVersion: 2, config: { size: 2 }, layers: [{ size: 9 }] });
    const [sig = tag.parse('none')] = cosignTags(blue.manifest.digest);
    world.ports.upstreams.set({ ...from, tag: sig }, signature);
    world.push(blue);
    await world.wake('sweep', '');

    await world.pass(180 * MINUTE);
    await world.wake('sweep', '');
    await world.pass(MINUTE);

    expect(await kept()).toContain(signature.digest);
  });
});
