/** Registries of ours: Azure Container Registry, management and data plane. Candidates are copied into one and promoted in the others. */
import type { Digest, DigestReference, RepositoryReference, Tag, TagReference } from '../domain/reference.ts';
import type { Credentials, Manifest, Referrer } from './images.ts';

export interface TagInfo {
  tag: Tag;
  digest: Digest;
  /** Epoch milliseconds, the registry's own clock. */
  updatedAt: number;
}

export interface ManifestInfo {
  digest: Digest;
  /** Epoch milliseconds, the registry's own clock. */
  createdAt: number;
}

export type Imported = { kind: 'imported' } | { kind: 'tag-exists' };

/** `host` is the login server. */
export interface Registries {
  digestOf(image: TagReference): Promise<Digest | undefined>;
  manifest(image: DigestReference): Promise<Manifest | undefined>;
  /** A small JSON blob, such as an image's configuration. */
  json(image: DigestReference): Promise<unknown>;
  /** The bytes of a small blob, such as a signature. */
  blob(image: DigestReference, options: { mostBytes: number }): Promise<Uint8Array | 'too-large' | 'missing'>;
  /** What is attached to an image, of one type or of any. Throws when it is more than anybody would read. */
  referrers(image: DigestReference, artifactType?: string): Promise<Referrer[]>;
  /** `since`: only those that were moved then or later, in epoch milliseconds. */
  tags(repository: RepositoryReference, options?: { since: number }): Promise<TagInfo[]>;
  /** PUTs the manifest under the tag; `locked` when the tag may not be moved. Synchronous, and it respects locks (an import does not). */
  putManifest(image: TagReference, manifest: Manifest): Promise<'put' | 'locked'>;
  /** Uploads a small blob; answers its digest. One that is there already is as good. */
  uploadBlob(repository: RepositoryReference, bytes: Uint8Array): Promise<Digest>;
  /** PUTs the manifest without a tag, such as a referrer. */
  putUntagged(repository: RepositoryReference, manifest: Manifest): Promise<void>;
  /** The tag can no longer be moved or deleted. */
  lockTag(image: TagReference): Promise<void>;
  /** The manifest can no longer be deleted; referrers may still be attached. */
  protectManifest(image: DigestReference): Promise<void>;
  /** Undoes `protectManifest`. One that is not there is as good. */
  unprotectManifest(image: DigestReference): Promise<void>;
  /** With the tags that name it and the referrers attached to it. One that is not there is as good; `locked`: it may not be deleted. */
  deleteManifest(image: DigestReference): Promise<'deleted' | 'locked'>;
  /** Every manifest of a repository, those without a tag too; none when there is no such repository. */
  manifests(repository: RepositoryReference): Promise<ManifestInfo[]>;
  /**
   * Copies by digest, NoForce; without `tag` the copy is untagged. `from.credentials` for a registry that is not ours.
   * Throws what may be transient, and after `deadlineSeconds`.
   */
  import(request: {
    from: DigestReference & { ours: boolean; credentials?: Credentials };
    to: RepositoryReference & { tag?: Tag };
    deadlineSeconds: number;
  }): Promise<Imported>;
}
