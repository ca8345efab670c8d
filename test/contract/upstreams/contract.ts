/** What holds for every kind of upstream. Each kind's own test file adds what is special about it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tag } from '../../../shared/domain/reference.ts';
import { ociBlobs } from '../../../shared/oci/read-blob.ts';
import { ociUpstreams } from '../../../shared/oci/upstreams.ts';
import { retryAfterSeconds } from '../../../shared/retry-after.ts';
import type { Upstreams } from '../../../shared/ports/upstreams.ts';
import type { RegistryKind } from './kind.ts';
import { playRegistry, type PlayedRegistry } from './registry.ts';

export interface Played {
  registry: PlayedRegistry;
  upstreams: Upstreams;
  /** Milliseconds. */
  pass(milliseconds: number): void;
}

/** Declares the tests; what it answers is there in each test. */
export function keepsTheContract(kind: RegistryKind): { played(): Played } {
  let played: Played;
  beforeEach(async () => {
    let now = Date.now();
    played = {
      registry: await playRegistry(kind),
      upstreams: ociUpstreams({ now: () => now }),
      pass(milliseconds) {
        now += milliseconds;
      },
    };
  });
  afterEach(() => played.registry.close());

  const there = () => ({ kind: 'at', digest: played.registry.image.digest });
  const manifestOf = () => `/v2/${kind.repository}/manifests/stable`;

  describe('as every upstream', () => {
    it('says what a public tag names, for one HEAD once it is known how to ask', async () => {
      const { registry, upstreams } = played;

      expect(await upstreams.look(registry.public)).toEqual(there());
      expect(registry.asked().filter((asked) => asked.startsWith('GET /v2') && asked.includes('/manifests/'))).toEqual(
        [],
      );
      registry.forgetRequests();
      expect(await upstreams.look(registry.public)).toEqual(there());

      expect(registry.asked()).toEqual([`HEAD ${manifestOf()}`]);
    });

    it('says "gone" of a tag that is not there', async () => {
      const { registry, upstreams } = played;

      expect(await upstreams.look({ ...registry.public, tag: tag.parse('another') })).toEqual({ kind: 'gone' });
    });

    it('gives a manifest with its exact bytes and its type', async () => {
      const { registry, upstreams } = played;

      const manifest = await upstreams.manifest(registry.image);

      expect(manifest).toMatchObject({ mediaType: 'application/vnd.oci.image.index.v1+json' });
      expect(Buffer.from(manifest?.bytes ?? []).equals(registry.bytes)).toBe(true);
    });

    it('lists what is attached to an image', async () => {
      const { registry, upstreams } = played;

      expect(await upstreams.referrers(registry.image)).toEqual({
        referrers: [{ digest: registry.referrer, artifactType: 'text/sig' }],
        more: false,
      });
    });

    it('gives a blob, and its token to no other place that has it', async () => {
      const { registry } = played;

      const blob = await ociBlobs()(registry.blob, { mostBytes: 100 });

      expect(String(blob)).toBe('a layer');
      expect(registry.storageRequests()).toHaveLength(kind.blobs === 'elsewhere' ? 1 : 0);
    });

    it('is left alone for as long as it asks, and then asked again', async () => {
      const { registry, upstreams, pass } = played;
      const wait = retryAfterSeconds(kind.throttled.headers?.['Retry-After']);
      registry.throttle(kind.throttled);
      expect(await upstreams.look(registry.public)).toEqual({
        kind: 'unreachable',
        message: expect.stringMatching(/429/),
      });
      registry.forgetRequests();
      registry.throttle();

      if (wait !== undefined) {
        expect(await upstreams.look(registry.public)).toEqual({
          kind: 'unreachable',
          message: expect.stringMatching(/asked us to wait \(429\), and is not asked again before 20/),
        });
        expect(registry.asked()).toEqual([]);
        pass(wait * 1000 + 1000);
      }

      expect(await upstreams.look(registry.public)).toEqual(there());
    });
  });

  if (kind.tokens && kind.open !== 'everything') {
    const { tokens } = kind;
    describe('as every upstream with tokens', () => {
      it('is asked for a token in the words of its challenge, with the login and nowhere else with it', async () => {
        const { registry, upstreams } = played;

        expect(await upstreams.look(registry.private, tokens.login)).toEqual(there());

        const basic = `Basic ${Buffer.from(`${tokens.login.username}:${tokens.login.password}`).toString('base64')}`;
        expect(registry.tokenRequests()).toEqual([
          { authorization: basic, query: tokens.query(registry.private.repository) },
        ]);
        expect(registry.otherAuthorizations()).toEqual([expect.stringMatching(/^Bearer /)]);
      });

      it('gives one token to gates that ask at the same moment', async () => {
        const { registry, upstreams } = played;

        const looks = await Promise.all(
          Array.from({ length: 8 }, () => upstreams.look(registry.private, tokens.login)),
        );

        expect(looks).toEqual(Array.from({ length: 8 }, there));
        expect(registry.tokenRequests()).toHaveLength(1);
      });

      it('gives another token when it takes the one that is held no more', async () => {
        const { registry, upstreams } = played;
        await upstreams.look(registry.private, tokens.login);
        registry.takeBackTokens();

        const looks = await Promise.all([1, 2, 3].map(() => upstreams.look(registry.private, tokens.login)));

        expect(looks).toEqual([there(), there(), there()]);
        expect(registry.tokenRequests()).toHaveLength(2);
      });

      if (kind.hides) {
        it('never has "gone" said of what it only hides', async () => {
          const { registry, upstreams } = played;

          expect(await upstreams.look(registry.private)).toEqual({
            kind: 'unreachable',
            message: expect.stringMatching(/private or does not exist.* login goes under "upstreams"/),
          });
        });
      }

      it('says whose login it refuses, and not the password', async () => {
        const { registry, upstreams } = played;

        const sighted = await upstreams.look(registry.private, { ...tokens.login, password: 'wrong-password' });

        expect(sighted).toMatchObject({
          kind: 'unreachable',
          message: expect.stringContaining(`refused the login of "${tokens.login.username}" (401)`),
        });
        expect(JSON.stringify(sighted)).not.toContain('wrong-password');
      });
    });
  }
  return { played: () => played };
}
