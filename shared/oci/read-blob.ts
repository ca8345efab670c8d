/** A small blob of a registry that is not ours, verified against its digest. For whoever looks from outside, such as the command line. */
import { createHash } from 'node:crypto';
import type { DigestReference } from '../domain/reference.ts';
import type { Credentials } from '../ports/images.ts';
import type { Registries } from '../ports/registries.ts';
import { discard, readBounded } from './bounded-fetch.ts';
import { manifestRequester } from './manifest-request.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

export function ociBlobs({
  now = Date.now,
  credentials,
}: { now?: () => number; credentials?: Credentials | undefined } = {}): Registries['blob'] {
  const request = manifestRequester({ now });

  return async ({ digest, ...image }: DigestReference, { mostBytes }) => {
    const { response, url } = await request({ method: 'GET', image, reference: digest, credentials, of: 'blobs' });
    if (response.status !== 200) await discard(response);
    if (response.status === 404) return 'missing';
    if (response.status !== 200)
      throw new UpstreamTrouble(image.host, `answered ${response.status} for the blob ${digest}`);
    if (Number(response.headers.get('content-length') ?? 0) > mostBytes) {
      await discard(response);
      return 'too-large';
    }
    const bytes = await readBounded(url, response, mostBytes);
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (found !== digest) throw new UpstreamTrouble(image.host, `answered ${found} when asked for the blob ${digest}`);
    return bytes;
  };
}
