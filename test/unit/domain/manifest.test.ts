import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { chooseSubject, hidden } from '../../../shared/domain/choose-subject.ts';
import { childrenOf, configurationOf, layersOf, standsOn } from '../../../shared/domain/manifest.ts';
import { image, imageIndex } from '../../fakes/images.ts';
import { A, B, C, digestOf } from './gate-builders.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const wanting = (...platforms: string[]) => ({ platforms, unchecked: [] });
const choose = (value: unknown, platform = 'linux/amd64') => chooseSubject(bytes(value), A, wanting(platform));
const child = (digest: string, platform?: string) => {
  const [os, architecture, variant] = platform?.split('/') ?? [];
  return { digest, ...(platform ? { platform: { os, architecture, ...(variant ? { variant } : {}) } } : {}) };
};
const attestation = (digest: string) => child(digest, 'unknown/unknown');

const one = (digest: string, platform = 'linux/amd64') => ({ kind: 'subject', digest, images: [{ platform, digest }] });

describe('what is checked and promoted', () => {
  it('of an image is the image', () => {
    expect(chooseSubject(image(['base']).manifest.bytes, A, wanting('linux/amd64'))).toEqual(one(A));
  });

  it('of an image is the image, in Docker’s schema 2 too', () => {
    const docker = {
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: B, size: 7 },
      layers: [{ digest: C, size: 3, urls: ['https://elsewhere.example.com'] }],
    };

    expect(choose(docker)).toEqual(one(A));
  });

  it('of an index is the manifest of the wanted platform', () => {
    const amd64 = image(['base']);
    const index = imageIndex([image(['base'], 'linux/arm64'), amd64]);

    expect(chooseSubject(index.bytes, index.digest, wanting('linux/amd64'))).toEqual(one(amd64.manifest.digest));
  });

  it('of an index with one image is that image, not the index', () => {
    expect(choose({ manifests: [child(B, 'linux/amd64')] })).toEqual(one(B));
  });

  it('tells a variant of a platform from the platform', () => {
    const index = { manifests: [child(B, 'linux/arm/v6'), child(C, 'linux/arm/v7')] };

    expect(choose(index, 'linux/arm/v7')).toEqual(one(C, 'linux/arm/v7'));
    expect(choose(index, 'linux/arm')).toMatchObject({ kind: 'unusable' });
  });

  it('is never an attestation, which is of an unknown platform', () => {
    expect(choose({ manifests: [attestation(B), child(C, 'linux/amd64'), attestation(digestOf('d'))] })).toEqual(
      one(C),
    );
  });

  it('of an index of 50 manifests can be told', () => {
    const manifests = [...Array.from({ length: 49 }, () => attestation(B)), child(C, 'linux/amd64')];

    expect(choose({ manifests })).toEqual(one(C));
  });
});

describe('what an index calls an attestation', () => {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: B };
  const statement = { digest: C, mediaType: 'application/vnd.in-toto+json' };
  const layer = { digest: C, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
  const inside = (manifest: unknown) => hidden([{ digest: A, bytes: bytes(manifest) }]);

  test.each<[what: string, manifest: unknown]>([
    ['statements of in-toto, as BuildKit has them', { config, layers: [statement, statement] }],
    ['an artifact', { config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' }, layers: [layer] }],
  ])('is one: %s', (_, manifest) => expect(inside(manifest)).toBeUndefined());

  test.each<[what: string, manifest: unknown]>([
    ['an image', { config, layers: [layer] }],
    ['an image with a statement on top', { config, layers: [layer, statement] }],
    ['an image of Docker’s, whose configuration has no type', { config: { digest: B }, layers: [layer] }],
    ['an image that says it is an artifact', { artifactType: 'application/spdx+json', config, layers: [layer] }],
    ['layers of no type', { config, layers: [{ digest: C }] }],
    ['nothing at all', { config, layers: [] }],
    ['an index', { manifests: [child(B, 'linux/amd64')] }],
    ['no JSON', 'not JSON'],
  ])('is none, and is refused: %s', (_, manifest) => {
    expect(inside(manifest)).toEqual({
      kind: 'unusable',
      message: expect.stringContaining(`it also has ${A}, whose platform is said to be unknown/unknown`) as string,
    });
  });

  it('may be called so by words that are no platform', () => {
    const strange = { digest: B, platform: { os: 'linux!', architecture: 'amd64!' } };
    const index = { manifests: [child(C, 'linux/amd64'), child(A, 'linux/arm64'), strange] };

    expect(chooseSubject(bytes(index), A, { platforms: ['linux/amd64', 'linux/arm64'], unchecked: [] })).toMatchObject({
      aside: [B],
    });
  });
});

describe('of several platforms', () => {
  const index = {
    manifests: [child(B, 'linux/amd64'), child(C, 'linux/arm64'), attestation(digestOf('d'))],
  };
  const choosing = (value: unknown, platforms: string[], unchecked: string[] = []) =>
    chooseSubject(bytes(value), A, { platforms, unchecked });
  const both = ['linux/amd64', 'linux/arm64'];

  it('the index is promoted as it is, and each image in it is checked', () => {
    expect(choosing(index, both)).toEqual({
      kind: 'subject',
      digest: A,
      images: [
        { platform: 'linux/amd64', digest: B },
        { platform: 'linux/arm64', digest: C },
      ],
      aside: [digestOf('d')],
    });
  });

  const more = { manifests: [...index.manifests, child(digestOf('e'), 'linux/s390x')] };

  it('one that the policy names as unchecked goes along', () => {
    expect(choosing(more, both, ['linux/s390x'])).toEqual(choosing(index, both));
  });

  test.each<[what: string, value: unknown, platforms: string[], unchecked: string[], message: string]>([
    [
      'one that nobody checks is not promoted',
      more,
      both,
      [],
      'it also has linux/s390x, which nobody checks; add what you run to "platforms" of the gate, and the rest to "unchecked"',
    ],
    [
      'an image without a platform is not promoted, whatever is unchecked',
      { manifests: [...index.manifests, child(digestOf('e'))] },
      both,
      ['an image without a platform'],
      'it also has an image without a platform, which nobody checks; add what you run to "platforms" of the gate, and the rest to "unchecked"',
    ],
    [
      'two images for one of them cannot be told apart',
      { manifests: [...index.manifests, child(digestOf('e'), 'linux/arm64')] },
      both,
      [],
      'it has several images for linux/arm64, and which of them runs is for the machine to say; name one platform in the gate',
    ],
    [
      'one that is missing is said',
      index,
      ['linux/amd64', 'linux/s390x'],
      [],
      'it has no linux/s390x; it offers linux/amd64, linux/arm64',
    ],
    [
      'an image that is no index has one at most',
      JSON.parse(new TextDecoder().decode(image(['base']).manifest.bytes)) as unknown,
      both,
      [],
      'it is one image and no index, and the gate wants linux/amd64, linux/arm64; name one platform in the gate',
    ],
  ])('%s', (_, value, platforms, unchecked, message) =>
    expect(choosing(value, platforms, unchecked)).toEqual({ kind: 'unusable', message }),
  );
});

describe('an image that cannot be gated says why', () => {
  test.each<[what: string, manifest: unknown, message: string]>([
    [
      'more manifests than Azure imports',
      { manifests: Array.from({ length: 51 }, () => child(B, 'linux/amd64')) },
      'its index has 51 manifests and Azure imports 50 at most; follow a tag of a single platform instead',
    ],
    [
      'another platform than the wanted one, attestations left out',
      { manifests: [child(B, 'linux/arm64/v8'), child(C, 'windows/amd64'), attestation(digestOf('d'))] },
      'it has no linux/amd64; it offers linux/arm64/v8, windows/amd64',
    ],
    ['no platform', { manifests: [child(B)] }, 'it has no linux/amd64; it offers an image without a platform'],
    ['an empty index', { manifests: [] }, 'it has no linux/amd64; it offers no platform at all'],
    [
      'a platform that is made to be seen',
      { manifests: [child(B, 'linux\u001b[2J/amd64'), child(C, `${'x'.repeat(100_000)}/amd64`)] },
      'it has no linux/amd64; it offers unknown/amd64, unknown/amd64',
    ],
    ...[
      ['nothing', ''],
      ['no JSON', '<html>'],
      ['half a JSON', '{"manifests": ['],
      ['null', 'null'],
      ['a number', '7'],
      ['a list', '[]'],
      ['an empty object', {}],
      ['schema 1', { schemaVersion: 1, fsLayers: [], history: [] }],
      ['an artifact without layers', { config: { digest: B } }],
      ['a layer without a digest', { config: { digest: B }, layers: [{}] }],
      ['a configuration that is no digest', { config: { digest: '../../etc/passwd' }, layers: [] }],
      ['a child that is no digest', { manifests: [child('sha256:abc', 'linux/amd64')] }],
      ['a child of another hash', { manifests: [child(`sha512:${'a'.repeat(128)}`, 'linux/amd64')] }],
      ['JSON 100 000 levels deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
      ['an index 100 000 levels deep', `{"manifests":${'[{"x":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`],
      ['bytes that are no text', '\u0000\ud800'],
    ].map(([what, manifest]): [string, unknown, string] => [
      String(what),
      manifest,
      'its manifest is neither an image nor an index (OCI 1.1 or Docker schema 2); such an image cannot be gated',
    ]),
  ])('%s', (_, manifest, message) => expect(choose(manifest)).toEqual({ kind: 'unusable', message }));

  it('in a short sentence, whatever the manifest says', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.array(fc.record({ os: fc.string(), architecture: fc.string() }), { maxLength: 60 }),
        (json, platforms) => {
          const manifests = platforms.map((platform) => ({ digest: B, platform }));
          for (const subject of [choose(json), choose({ manifests })]) {
            if (subject.kind === 'unusable') expect(subject.message).toMatch(/^[\x20-\x7e]{1,5000}$/);
          }
        },
      ),
    );
  });

  it('quickly, however large', () => {
    const huge = `{"manifests":[${'{"digest":"x"},'.repeat(200_000)}{}]}`;

    expect(choose(huge)).toMatchObject({ kind: 'unusable' });
  });
});

describe('what a manifest names', () => {
  const index = bytes({ manifests: [child(B, 'linux/amd64'), attestation(C)] });
  const single = bytes({ config: { digest: B }, layers: [{ digest: C }] });

  it('are the children of an index, attestations too', () => expect(childrenOf(index)).toEqual([B, C]));
  it('are no children for an image', () => expect(childrenOf(single)).toEqual([]));
  it('are no children for garbage', () => expect(childrenOf(bytes('<html>'))).toEqual([]));
  it('is the configuration of an image', () => expect(configurationOf(single)).toBe(B));
  it('is no configuration for an index', () => expect(configurationOf(index)).toBeUndefined());
  it('are the layers of a configuration', () =>
    expect(layersOf({ rootfs: { diff_ids: ['a', 'b'] } })).toEqual(['a', 'b']));
  it('are no layers for garbage', () => expect(layersOf({ rootfs: { diff_ids: [1] } })).toEqual([]));
});

describe('an image stands on a base', () => {
  test.each<[what: string, layers: string[], base: string[], stands: boolean]>([
    ['when its layers begin with the base’s', ['a', 'b', 'c'], ['a', 'b'], true],
    ['when it adds nothing', ['a', 'b'], ['a', 'b'], true],
    ['not when one layer differs', ['a', 'x', 'c'], ['a', 'b'], false],
    ['not when the order differs', ['b', 'a', 'c'], ['a', 'b'], false],
    ['not when the base is somewhere in the middle', ['x', 'a', 'b'], ['a', 'b'], false],
    ['not when it is shorter', ['a'], ['a', 'b'], false],
    ['not when the base has no layers, which proves nothing', ['a'], [], false],
    ['not when it has none itself', [], ['a'], false],
  ])('%s', (_, layers, base, stands) => expect(standsOn(layers, base)).toBe(stands));
});
