/** Registries that are not ours, by the OCI distribution API: they are looked at and read. */
import type { Digest, DigestReference, TagReference } from '../domain/reference.ts';
import type { Credentials, Manifest, Referrer } from './images.ts';

export type Sighted = { kind: 'at'; digest: Digest } | { kind: 'gone' } | { kind: 'unreachable'; message: string };

export interface Upstreams {
  /** One HEAD once a token is held. Never throws for an answer of the registry. */
  look(upstream: TagReference, credentials?: Credentials): Promise<Sighted>;
  /** `undefined`: not there. */
  manifest(image: DigestReference, credentials?: Credentials): Promise<Manifest | undefined>;
  /** What is attached to it, by the referrers API or its fallback tag, as far as it is read; cosign's own tags are found by `look`. */
  referrers(image: DigestReference, credentials?: Credentials): Promise<{ referrers: Referrer[]; more: boolean }>;
}
