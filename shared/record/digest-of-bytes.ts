/** The digest of what is put into a registry. */
import { createHash } from 'node:crypto';
import { digest, type Digest } from '../domain/reference.ts';

export const digestOfBytes = (bytes: Uint8Array): Digest =>
  digest.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
