/** What registries of both kinds speak of: how one signs in, manifests, and what is attached to them. */
import type { Digest } from '../domain/reference.ts';

export interface Credentials {
  username: string;
  password: string;
}

export interface Manifest {
  digest: Digest;
  mediaType: string;
  /** The exact bytes; the digest is theirs. */
  bytes: Uint8Array;
}

/** Something that is attached to an image, such as a signature. Both are only what the registry lists: the manifest says what it is. */
export interface Referrer {
  digest: Digest;
  artifactType?: string;
}
