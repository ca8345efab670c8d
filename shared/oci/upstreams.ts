/**
 * Looks at registries that are not ours, by the OCI distribution API.
 *
 * Only a 404 says that an image is gone. A registry that does not let us in, is throttled or is down has said nothing about it.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { digest as digestSchema, formatReference, type Digest } from '../domain/reference.ts';
import type { Sighted, Upstreams } from '../ports/upstreams.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import { discard, readBounded } from './bounded-fetch.ts';
import { MANIFEST_BYTES } from './limits.ts';
import { readReferrers } from './read-referrers.ts';
import { manifestRequester, type ManifestRequest } from './manifest-request.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

export function ociUpstreams({ now = Date.now }: { now?: () => number } = {}): Upstreams {
  const request = manifestRequester({ now });

  /** The manifest, or `undefined` for a 404. */
  const get = async (asked: Omit<ManifestRequest, 'method'>) => {
    const { response, url } = await request({ ...asked, method: 'GET' });
    if (!(await isThere(asked, response))) return undefined;
    const bytes = await readBounded(url, response, MANIFEST_BYTES);
    const mediaType =
      response.headers.get('content-type')?.split(';')[0]?.trim() || mediaTypeWithin(asked.image.host, bytes);
    return { digest: hash(bytes), mediaType, bytes };
  };

  const digestAt = async (asked: Omit<ManifestRequest, 'method'>): Promise<Digest | undefined> => {
    const { response } = await request({ ...asked, method: 'HEAD' });
    // Some registries do not implement HEAD, and some leave the digest out of their answer.
    const notImplemented = response.status === 405 || response.status === 501;
    if (!notImplemented && !(await isThere(asked, response))) return undefined;
    await discard(response);
    const header = digestSchema.safeParse(response.headers.get('docker-content-digest'));
    return header.success && !notImplemented ? header.data : (await get(asked))?.digest;
  };

  return {
    async look({ tag, ...image }, credentials): Promise<Sighted> {
      try {
        const digest = await digestAt({ image, reference: tag, credentials });
        return digest === undefined ? { kind: 'gone' } : { kind: 'at', digest };
      } catch (error) {
        if (error instanceof UpstreamTrouble) return { kind: 'unreachable', message: error.message };
        throw error;
      }
    },

    async manifest({ digest, ...image }, credentials) {
      const manifest = await get({ image, reference: digest, credentials });
      if (manifest && manifest.digest !== digest) {
        throw new UpstreamTrouble(
          image.host,
          `answered ${manifest.digest} when asked for ${formatReference({ ...image, digest })}`,
        );
      }
      return manifest;
    },

    referrers: (image, credentials) => readReferrers(image, { credentials, request, isThere }),
  };
}

/** Throws `UpstreamTrouble` for everything that is neither there nor gone. */
async function isThere({ image, credentials }: Omit<ManifestRequest, 'method'>, response: Response): Promise<boolean> {
  const { status, headers } = response;
  if (status === 200) return true;
  await discard(response);
  if (status === 404) return false;
  const wait = retryAfterSeconds(headers.get('retry-after'));
  throw new UpstreamTrouble(image.host, problemOf(status, image.repository, credentials !== undefined), {
    status,
    retryAfterSeconds: wait,
  });
}

function problemOf(status: number, repository: string, loggedIn: boolean): string {
  switch (status) {
    case 401:
    case 403:
      return loggedIn
        ? `does not let us read ${repository} (${status}): the login under "upstreams" in the policy is wrong or may not`
        : `does not let us read ${repository} (${status}): it is private or does not exist; a login goes under "upstreams" in the policy`;
    case 429:
      return loggedIn
        ? `has had too many requests from here (429)`
        : `has had too many requests from here (429); with a login under "upstreams" in the policy it may allow more`;
    default:
      return `answered ${status} for ${repository}`;
  }
}

const namedType = z.object({ mediaType: z.string() });

const hash = (bytes: Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** An OCI manifest names its own type; one of Docker's schema 1 names none, and we do not ask for it. */
function mediaTypeWithin(host: string, bytes: Uint8Array): string {
  try {
    return namedType.parse(JSON.parse(new TextDecoder().decode(bytes))).mediaType;
  } catch (error) {
    throw new UpstreamTrouble(host, 'answered something that is no manifest', { cause: error });
  }
}
