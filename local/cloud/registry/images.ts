/**
 * What one registry knows about its repositories, manifests, tags and blobs: documents in the store, without any rule.
 *
 * Keys: `<registry>/<repository>`, `<registry>/<repository>@<digest>` and `<registry>/<repository>:<tag>`; neither `@` nor `:` occurs in a
 * repository name, so a prefix selects exactly one repository.
 */
import type { Digest } from '../../../shared/domain/reference.ts';
import type { Store } from '../store.ts';

export interface Attributes {
  deleteEnabled: boolean;
  writeEnabled: boolean;
  readEnabled: boolean;
  listEnabled: boolean;
}

interface Stamped {
  /** Epoch milliseconds. */
  createdAt: number;
  /** Epoch milliseconds. */
  updatedAt: number;
  attributes: Attributes;
}

export type RepositoryDocument = Stamped;

export interface ManifestDocument extends Stamped {
  digest: Digest;
  mediaType: string;
  sizeBytes: number;
  /** Sum of configuration and layers. */
  imageSizeBytes: number;
  configMediaType?: string;
  architecture?: string;
  os?: string;
  artifactType?: string;
  annotations?: Record<string, string>;
  subject?: Digest;
  children: { digest: Digest; architecture?: string; os?: string }[];
  /** Configuration and layers. */
  blobs: Digest[];
}

export interface TagDocument extends Stamped {
  tag: string;
  digest: Digest;
}

export interface BlobLink {
  repository: string;
  digest: Digest;
  /** Epoch milliseconds. */
  linkedAt: number;
}

/** In the store, so that an upload can go on after a restart. */
export interface UploadDocument {
  id: string;
  repository: string;
  /** Epoch milliseconds. */
  startedAt: number;
}

export interface Images {
  repository(repository: string): RepositoryDocument | undefined;
  repositories(): { name: string; document: RepositoryDocument }[];
  putRepository(repository: string, document: RepositoryDocument): void;
  /** With all its manifests, tags and links to blobs. */
  deleteRepository(repository: string): void;

  manifest(repository: string, digest: Digest): ManifestDocument | undefined;
  manifests(repository: string): ManifestDocument[];
  putManifest(repository: string, document: ManifestDocument): void;
  deleteManifest(repository: string, digest: Digest): void;

  tag(repository: string, tag: string): TagDocument | undefined;
  tags(repository: string): TagDocument[];
  putTag(repository: string, document: TagDocument): void;
  deleteTag(repository: string, tag: string): void;

  /** Blobs belong to repositories: one that was pushed to another is not there until it is mounted or pushed again. */
  hasBlob(repository: string, digest: Digest): boolean;
  /** Of all repositories. */
  blobLinks(): BlobLink[];
  linkBlob(repository: string, digest: Digest, linkedAt: number): void;
  unlinkBlob(repository: string, digest: Digest): void;

  upload(id: string): UploadDocument | undefined;
  uploads(): UploadDocument[];
  putUpload(document: UploadDocument): void;
  deleteUpload(id: string): void;
}

export function openImages(options: { store: Store; registry: string }): Images {
  const { store, registry } = options;
  const repositories = store.collection<RepositoryDocument>('registry.repositories');
  const manifests = store.collection<ManifestDocument>('registry.manifests');
  const tags = store.collection<TagDocument>('registry.tags');
  const blobs = store.collection<BlobLink>('registry.blobs');
  const uploads = store.collection<UploadDocument>('registry.uploads');
  /** Of a repository or an upload. */
  const inRegistry = (name: string) => `${registry}/${name}`;
  const byDigest = (repository: string, digest: string) => `${registry}/${repository}@${digest}`;
  const byTag = (repository: string, tag: string) => `${registry}/${repository}:${tag}`;

  return {
    repository: (repository) => repositories.get(inRegistry(repository)),
    repositories: () =>
      repositories
        .entries(`${registry}/`)
        .map(({ key, value }) => ({ name: key.slice(registry.length + 1), document: value })),
    putRepository: (repository, document) => repositories.put(inRegistry(repository), document),
    deleteRepository: (repository) =>
      store.transaction(() => {
        for (const { key } of manifests.entries(byDigest(repository, ''))) manifests.delete(key);
        for (const { key } of tags.entries(byTag(repository, ''))) tags.delete(key);
        for (const { key } of blobs.entries(byDigest(repository, ''))) blobs.delete(key);
        repositories.delete(inRegistry(repository));
      }),

    manifest: (repository, digest) => manifests.get(byDigest(repository, digest)),
    manifests: (repository) => manifests.entries(byDigest(repository, '')).map(({ value }) => value),
    putManifest: (repository, document) => manifests.put(byDigest(repository, document.digest), document),
    deleteManifest: (repository, digest) => void manifests.delete(byDigest(repository, digest)),

    tag: (repository, tag) => tags.get(byTag(repository, tag)),
    tags: (repository) => tags.entries(byTag(repository, '')).map(({ value }) => value),
    putTag: (repository, document) => tags.put(byTag(repository, document.tag), document),
    deleteTag: (repository, tag) => void tags.delete(byTag(repository, tag)),

    hasBlob: (repository, digest) => blobs.get(byDigest(repository, digest)) !== undefined,
    blobLinks: () => blobs.entries(inRegistry('')).map(({ value }) => value),
    linkBlob: (repository, digest, linkedAt) =>
      blobs.put(byDigest(repository, digest), { repository, digest, linkedAt }),
    unlinkBlob: (repository, digest) => void blobs.delete(byDigest(repository, digest)),

    upload: (id) => uploads.get(inRegistry(id)),
    uploads: () => uploads.entries(inRegistry('')).map(({ value }) => value),
    putUpload: (document) => uploads.put(inRegistry(document.id), document),
    deleteUpload: (id) => void uploads.delete(inRegistry(id)),
  };
}
