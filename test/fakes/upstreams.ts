/** Public registries: what each tag points at, set by the test. */
import {
  formatReference,
  parseTagReference,
  type Digest,
  type DigestReference,
  type TagReference,
} from '../../shared/domain/reference.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import type { Sighted, Upstreams } from '../../shared/ports/upstreams.ts';
import { failable, type Failures } from './failures.ts';
import { MANIFEST, referrerOf } from './images.ts';

export type FakeUpstreams = Upstreams &
  Failures<Upstreams> & {
    /** The tag points at this manifest from now on; a bare digest gets a stand-in of no content. */
    set(upstream: TagReference | string, to: Manifest | Digest): void;
    /** A manifest without a tag, such as a child of an index. */
    put(image: DigestReference['host'], repository: DigestReference['repository'], manifest: Manifest): void;
    gone(upstream: TagReference | string): void;
    unreachable(upstream: TagReference | string, message: string): void;
  };

export function fakeUpstreams(): FakeUpstreams {
  const tags = new Map<string, Sighted>();
  const manifests = new Map<string, Manifest>();

  const parse = (upstream: TagReference | string): TagReference =>
    typeof upstream === 'string' ? parseTagReference(upstream) : upstream;
  const keep = (host: string, repository: string, manifest: Manifest) =>
    manifests.set(`${host}/${repository}@${manifest.digest}`, manifest);

  const upstreams: Upstreams = {
    look: async (upstream) => tags.get(formatReference(upstream)) ?? { kind: 'gone' },
    manifest: async ({ host, repository, digest }) => manifests.get(`${host}/${repository}@${digest}`),
    async referrers({ host, repository, digest }) {
      const here = [...manifests].filter(([name]) => name.startsWith(`${host}/${repository}@`));
      return { referrers: here.flatMap(([, manifest]) => referrerOf(manifest, digest)), more: false };
    },
  };
  return Object.assign(failable(upstreams), {
    set(upstream: TagReference | string, to: Manifest | Digest) {
      const { host, repository, tag } = parse(upstream);
      const manifest = typeof to === 'string' ? standIn(to) : to;
      keep(host, repository, manifest);
      tags.set(formatReference({ host, repository, tag }), { kind: 'at', digest: manifest.digest });
    },
    put: (host: string, repository: string, manifest: Manifest) => void keep(host, repository, manifest),
    gone: (upstream: TagReference | string) => void tags.set(formatReference(parse(upstream)), { kind: 'gone' }),
    unreachable: (upstream: TagReference | string, message: string) =>
      void tags.set(formatReference(parse(upstream)), { kind: 'unreachable', message }),
  });
}

const standIn = (digest: Digest): Manifest => ({
  digest,
  mediaType: MANIFEST,
  bytes: new TextEncoder().encode('{"schemaVersion":2}'),
});
