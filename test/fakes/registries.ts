/**
 * A world of registries of ours: tags, manifests, locks, and imports from each other and from the fake upstreams.
 *
 * As Azure does: a tag keeps its lock, an import never moves an existing tag, an index comes with its children, a manifest whose children
 * are missing is refused.
 */
import {
  formatReference,
  parseTagReference,
  type Digest,
  type DigestReference,
  type RepositoryReference,
  type TagReference,
} from '../../shared/domain/reference.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import type { Registries, TagInfo } from '../../shared/ports/registries.ts';
import type { Upstreams } from '../../shared/ports/upstreams.ts';
import { failable, type Failures } from './failures.ts';
import { childrenOf, digestOf } from './images.ts';

interface RepositoryState {
  tags: Map<string, TagInfo & { locked: boolean }>;
  manifests: Map<Digest, { manifest: Manifest; protected: boolean; createdAt: number }>;
}

export type FakeRegistries = Registries &
  Failures<Registries> & {
    /** Puts the manifest there, under the tag if there is one. */
    put(image: (RepositoryReference & { tag?: TagReference['tag'] }) | string, manifest: Manifest): void;
    /** A JSON blob, readable from every repository; answers its digest. */
    putJson(value: unknown): Digest;
    /** A blob of any bytes, readable from every repository; answers its digest. */
    putBytes(bytes: Uint8Array): Digest;
    /** As if a person had deleted it, in spite of any lock. */
    removeTag(image: TagReference | string): void;
    isLocked(image: TagReference | string): boolean;
    isProtected(image: DigestReference): boolean;
  };

/** A manifest and everything attached to it, at any depth. */
function withReferrers({ manifests }: RepositoryState, of: Digest): Digest[] {
  const attached = [...manifests.values()].filter(({ manifest }) => attachedTo(manifest)?.subject === of);
  return [of, ...attached.flatMap(({ manifest }) => withReferrers({ tags: new Map(), manifests }, manifest.digest))];
}

export function fakeRegistries(options: { upstreams: Upstreams; now?: () => number }): FakeRegistries {
  let writes = 0;
  const now = options.now ?? (() => Date.UTC(2026, 0, 1) + 1000 * writes++);
  const repositories = new Map<string, RepositoryState>();
  const blobs = new Map<Digest, unknown>();

  const at = ({ host, repository }: RepositoryReference): RepositoryState => {
    const name = `${host}/${repository}`;
    const state = repositories.get(name) ?? { tags: new Map(), manifests: new Map() };
    repositories.set(name, state);
    return state;
  };
  const parse = (image: TagReference | string) => (typeof image === 'string' ? parseTagReference(image) : image);
  const keep = (state: RepositoryState, manifest: Manifest) => {
    if (state.manifests.has(manifest.digest)) return;
    state.manifests.set(manifest.digest, { manifest, protected: false, createdAt: now() });
  };
  const point = (state: RepositoryState, tag: TagReference['tag'], digest: Digest) =>
    state.tags.set(tag, { tag, digest, updatedAt: now(), locked: state.tags.get(tag)?.locked ?? false });

  const registries: Registries = {
    digestOf: async (image) => at(image).tags.get(image.tag)?.digest,
    manifest: async (image) => at(image).manifests.get(image.digest)?.manifest,
    async json(image) {
      if (!blobs.has(image.digest)) throw new Error(`no blob ${formatReference(image)}; put it with putJson`);
      return blobs.get(image.digest);
    },
    async blob(image, { mostBytes }) {
      const value = blobs.get(image.digest);
      if (value === undefined) return 'missing';
      const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value));
      return bytes.length > mostBytes ? 'too-large' : bytes;
    },
    referrers: async (image, artifactType) =>
      [...at(image).manifests.values()].flatMap(({ manifest }) => {
        const said = attachedTo(manifest);
        if (said?.subject !== image.digest) return [];
        if (artifactType !== undefined && said.artifactType !== artifactType) return [];
        return [{ digest: manifest.digest, ...(said.artifactType ? { artifactType: said.artifactType } : {}) }];
      }),
    tags: async (repository, { since } = { since: 0 }) =>
      [...at(repository).tags.values()]
        .filter(({ updatedAt }) => updatedAt >= since)
        .map(({ tag, digest, updatedAt }) => ({ tag, digest, updatedAt })),
    async putManifest(image, manifest) {
      const state = at(image);
      if (state.tags.get(image.tag)?.locked) return 'locked';
      const missing = childrenOf(manifest).find((child) => !state.manifests.has(child));
      if (missing) throw new Error(`${formatReference(image)}: manifest unknown: ${missing}, a child of the index`);
      keep(state, manifest);
      point(state, image.tag, manifest.digest);
      return 'put';
    },
    async uploadBlob(_, bytes) {
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      return digest;
    },
    async putUntagged(repository, manifest) {
      keep(at(repository), manifest);
    },
    async lockTag(image) {
      const tag = at(image).tags.get(image.tag);
      if (!tag) throw new Error(`no tag ${formatReference(image)} to lock`);
      tag.locked = true;
    },
    async protectManifest(image) {
      const entry = at(image).manifests.get(image.digest);
      if (!entry) throw new Error(`no manifest ${formatReference(image)} to protect`);
      entry.protected = true;
    },
    async unprotectManifest(image) {
      const entry = at(image).manifests.get(image.digest);
      if (entry) entry.protected = false;
    },
    async deleteManifest(image) {
      const state = at(image);
      const gone = withReferrers(state, image.digest);
      if (gone.some((digest) => state.manifests.get(digest)?.protected)) return 'locked';
      for (const digest of gone) {
        state.manifests.delete(digest);
        for (const named of state.tags.values()) if (named.digest === digest) state.tags.delete(named.tag);
      }
      return 'deleted';
    },
    manifests: async (repository) =>
      [...at(repository).manifests].map(([digest, { createdAt }]) => ({ digest, createdAt })),
    async import({ from, to }) {
      const target = at(to);
      if (to.tag && target.tags.has(to.tag)) return { kind: 'tag-exists' };
      const source = from.ours ? registries : options.upstreams;
      const manifest = await source.manifest(from, from.credentials);
      if (!manifest) throw new Error(`unable to find manifest ${formatReference(from)}`);
      for (const digest of childrenOf(manifest)) {
        const child = await source.manifest({ ...from, digest }, from.credentials);
        if (!child) throw new Error(`unable to find manifest ${digest}, a child of ${formatReference(from)}`);
        keep(target, child);
      }
      keep(target, manifest);
      if (to.tag) point(target, to.tag, manifest.digest);
      return { kind: 'imported' };
    },
  };

  return Object.assign(failable({ ...registries }), {
    put(image: (RepositoryReference & { tag?: TagReference['tag'] }) | string, manifest: Manifest) {
      const reference = typeof image === 'string' ? parseTagReference(image) : image;
      keep(at(reference), manifest);
      if (reference.tag) point(at(reference), reference.tag, manifest.digest);
    },
    putJson(value: unknown): Digest {
      const digest = digestOf(JSON.stringify(value));
      blobs.set(digest, value);
      return digest;
    },
    putBytes(bytes: Uint8Array): Digest {
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      return digest;
    },
    removeTag: (image: TagReference | string) => void at(parse(image)).tags.delete(parse(image).tag),
    isLocked: (image: TagReference | string) => at(parse(image)).tags.get(parse(image).tag)?.locked === true,
    isProtected: (image: DigestReference) => at(image).manifests.get(image.digest)?.protected === true,
  });
}

function attachedTo({
  bytes,
}: Manifest): { subject?: string | undefined; artifactType?: string | undefined } | undefined {
  try {
    const read = JSON.parse(new TextDecoder().decode(bytes)) as {
      subject?: { digest?: string };
      artifactType?: string;
    } | null;
    return { subject: read?.subject?.digest, artifactType: read?.artifactType };
  } catch {
    return undefined; // Tests put manifests there that are no JSON.
  }
}
