/**
 * What goes wrong with the usual way of importing public images, each weakness in words, and that it does not go wrong here. Which tests look
 * deeper stands in `test/weaknesses.md`.
 */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import {
  parseReference,
  parseTagReference,
  type DigestReference,
  type TagReference,
} from '../../shared/domain/reference.ts';
import { attachment, image, imageIndex } from '../fakes/images.ts';
import { keyPair } from '../fakes/signing.ts';
import { gateWorld, green, MINUTE, QUARANTINE, red, STABLE, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
beforeEach(() => begin());
afterEach(() => world.close());

function begin(...options: Parameters<typeof gateWorld>): void {
  world = gateWorld(...options);
  world.checksAnswer((digest) => (digest === red.manifest.digest ? 1 : 0));
}
async function again(...options: Parameters<typeof gateWorld>): Promise<void> {
  await world.close();
  begin(...options);
}
async function go(): Promise<void> {
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
}
const imports = () =>
  world.ports.registries.calls
    .filter(({ method }) => method === 'import')
    .map(({ arguments: [request] }) => request as { from: DigestReference; to: Partial<TagReference> });
const quickRuns = () => world.ports.runs.started.flatMap(({ quick }) => (quick ? [quick] : []));
const nobodyKnows = () => Promise.reject(new Error('503'));

describe('W1, the tag is read once to check it and once more to promote it:', () => {
  test.each(['intakeCandidate', 'startCheck', 'beginPromotion', 'importUnique', 'moveStable', 'completePromotion'])(
    'what the tag names from %s on is never promoted in the place of what was checked',
    async (step) => {
      await again(
        {},
        {
          async wrap(name, run) {
            if (name === step) world.ports.upstreams.set(UPSTREAM, red.manifest);
            return run();
          },
        },
      );
      world.push(green);

      await go();

      expect([undefined, green.manifest.digest]).toContain(await world.stable());
      expect(imports().every(({ from }) => from.digest.startsWith('sha256:'))).toBe(true);
    },
  );
});

describe('W2, an import that says it succeeded and has copied nothing:', () => {
  it('is found by reading back, and nothing is checked or promoted', async () => {
    world.ports.registries.import = async () => ({ kind: 'imported' });
    const digest = world.push(green);

    await go();

    expect(quickRuns()).toEqual([]);
    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting).toMatchObject({
      digest,
      reason: { kind: 'trouble', message: expect.stringContaining('is not there after its import') as string },
    });
  });
});

describe('W3, the suspect is its own judge:', () => {
  test.each<[what: string, prints: (nonce: string) => string]>([
    ['nothing and ends well', () => ''],
    ['words of success', () => 'candidate | PASS\r\ncandidate | gate-result 0\r\n'],
    ['a result line of its own making', () => 'gate-result 5ec7e75ec7e7 0\r\n'],
    ['a good result beside the bad one', (nonce) => `gate-result ${nonce} 0\r\ngate-result ${nonce} 1\r\n`],
  ])('a candidate whose run prints %s has not passed', async (_, prints) => {
    world.ports.runs.answer(({ quick }) => {
      const nonce = quick?.values.find(({ name }) => name === 'nonce')?.value ?? '';
      return { state: 'succeeded', log: prints(nonce) };
    });
    world.push(green);

    await go();

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'checking-again', checks: ['functional'] });
  });
});

describe('W6, a run can have the identity of whoever runs it:', () => {
  it('a run of a check is given files, values and a time, and no identity, login or secret', async () => {
    world.push(green);

    await go();

    expect(quickRuns().map((run) => Object.keys(run).toSorted())).toEqual([
      ['files', 'host', 'taskFile', 'timeoutSeconds', 'values'],
    ]);
    const texts = quickRuns().flatMap(({ files }) => files.map(({ content }) => new TextDecoder().decode(content)));
    expect(texts.join()).not.toMatch(/az login|--identity|docker login|IDENTITY_ENDPOINT/);
  });
});

describe('W7, a run may push to and delete from the whole registry that it runs in:', () => {
  it('so nothing runs where teams build from, but in a registry of candidates alone', async () => {
    world.push(green);

    await go();

    expect(await world.stable()).toBe(green.manifest.digest);
    expect(quickRuns().map(({ host }) => host)).toEqual([QUARANTINE]);
    expect(QUARANTINE).not.toBe(parseTagReference(STABLE).host);
  });
});

describe('W10, whoever may push moves the stable tag, or the tag to go back to:', () => {
  it('the tag to go back to is locked, and a stable tag that names something else is announced', async () => {
    world.push(green);
    await go();
    const unique = (await world.gate()).current?.unique;
    expect(unique && world.ports.registries.isLocked({ ...parseTagReference(STABLE), tag: unique })).toBe(true);
    world.ports.registries.put(STABLE, red.manifest);

    await go();

    const { announced } = world.ports.announcements;
    expect(announced.filter(({ type }) => type === 'driftFound')).toMatchObject([
      { data: { found: red.manifest.digest } },
    ]);
  });
});

describe('W11, the stable tag is pushed before the tag to go back to:', () => {
  test.each(['importUnique', 'readBackUnique', 'copyReferrers', 'attachRecord', 'lockUnique'])(
    'when %s fails, the stable tag has not moved, and what it names can be gone back to',
    async (step) => {
      let failing = false;
      await again({}, { wrap: (name, run) => (failing && name === step ? nobodyKnows() : run()) });
      const before = world.push(green);
      await go();
      const unique = (await world.gate()).current?.unique;
      failing = true;
      world.push(image(['base', 'next']));

      await go();

      expect(await world.stable()).toBe(before);
      if (!unique) throw new Error('the first promotion has no unique tag');
      const place = { ...parseTagReference(STABLE), tag: unique };
      expect(await world.ports.registries.digestOf(place)).toBe(before);
    },
  );
});

describe('W12, pull, tag and push keep one platform under another digest, without signatures:', () => {
  it('an index is promoted under the digest it has upstream, with what is attached to it', async () => {
    await again({ gates: { 'soak: 3d': 'soak: 0s\n    platforms: [linux/amd64, linux/arm64]' } });
    const images = [image(['base', 'amd']), image(['base', 'arm'], 'linux/arm64')];
    for (const one of images) world.push(one);
    const index = imageIndex(images);
    const signature = attachment(index, 'application/vnd.dev.sigstore.bundle.v0.3+json');
    const { host, repository } = parseReference(UPSTREAM);
    world.ports.upstreams.put(host, repository, signature);
    world.ports.upstreams.set(UPSTREAM, index);

    await go();

    expect(await world.stable()).toBe(index.digest);
    const target = parseTagReference(STABLE);
    const attached = await world.ports.registries.referrers({ ...target, digest: index.digest });
    expect(attached.map(({ digest }) => digest)).toContain(signature.digest);
  });
});

describe('W13, events are lost, doubled and late:', () => {
  it('without any, a sweep finds what was pushed; with too many, it is promoted once', async () => {
    world.push(green);
    await world.wake('sweep', '');
    await world.pass(MINUTE);
    expect(await world.stable()).toBe(green.manifest.digest);

    for (let times = 0; times < 3; times++) await world.wake('runGate', 'node');

    expect(world.ports.announcements.announced.filter(({ type }) => type === 'promoted')).toHaveLength(1);
    expect(quickRuns()).toHaveLength(1);
  });
});

describe('W16, provenance that cannot be checked is taken for good:', () => {
  it('a signature check that can ask nobody has no verdict, and nothing is promoted', async () => {
    const gates = {
      'soak: 3d': 'soak: 0s',
      'functional: { script: checks/node.sh, timeout: 4m }':
        'signed: { signature: { keys: [keys/acme.pub], mode: if-present } }',
    };
    await again({ gates, files: { 'keys/acme.pub': keyPair().pem } });
    world.ports.registries.referrers = () =>
      Promise.reject(Object.assign(new Error('busy'), { code: 'ServiceTrouble' }));
    world.push(green);

    await go();

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'checking-again', checks: ['signed'] });
  });
});
