/** The repository `node` of the registry that the wire plays, and one manifest in it. */
import { createHash } from 'node:crypto';
import { digest as digestSchema, parseReference, tag } from '../../../shared/domain/reference.ts';
import type { Step } from './wire.ts';
import { challenged, type Wired } from './wired-clients.ts';

export const TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const bytes = new TextEncoder().encode('{ "schemaVersion": 2 }');
export const DIGEST = digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
export const manifest = { digest: DIGEST, mediaType: TYPE, bytes };
export const attributes = { createdTime: '2026-01-01T00:00:00Z', lastUpdateTime: '2026-01-02T03:04:05Z' };

export const refusal = (code: string, message = 'no') => ({ errors: [{ code, message }] });

export function registryWire(wired: () => Wired) {
  const repository = () => parseReference(`${wired().host}/node`);
  return {
    on: (method: string, path: string, step: Exclude<Step, string>) => {
      const { wire } = wired();
      wire.on(method, path, challenged(wire, step));
    },
    repository,
    tagged: () => ({ ...repository(), tag: tag.parse('22') }),
    byDigest: () => ({ ...repository(), digest: DIGEST }),
    /** The last request that brought a token. */
    last: () => wired().wire.requests.findLast(({ headers }) => headers.authorization === 'Bearer acr-token'),
  };
}
