/**
 * One request for a manifest, the list of its referrers, or a blob: with the authorization that is held, and once more with a new one after a challenge.
 *
 * No registry has more than so many requests at once, and none that asked us to wait has any before that time.
 * A redirect to another host is followed without authorization, and only to https (registry.k8s.io sends everyone to a mirror nearby).
 */
import type { Digest, RepositoryReference, Tag } from '../domain/reference.ts';
import { isLoopback } from '../loopback.ts';
import type { Credentials } from '../ports/images.ts';
import { addresses } from './address.ts';
import { authorizations } from './authorization.ts';
import { boundedFetch, discard, type Method } from './bounded-fetch.ts';
import { REDIRECTS } from './limits.ts';
import { silence } from './silence.ts';
import { turns } from './turns.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export interface ManifestRequest {
  method: Method;
  image: RepositoryReference;
  reference: Tag | Digest;
  credentials?: Credentials | undefined;
  /** What is attached to it, or the blob of that digest, in place of the manifest. */
  of?: 'referrers' | 'blobs';
  /** Of a page that is not the first. */
  query?: string | undefined;
}

export interface Answered {
  response: Response;
  /** Where it came from. */
  url: URL;
}

/** Answers any response that is not a challenge or a redirect. Throws `UpstreamTrouble` when there is none. */
export type RequestManifest = (request: ManifestRequest) => Promise<Answered>;

export function manifestRequester(options: { now: () => number }): RequestManifest {
  const { reach } = addresses();
  const { held, answer, insteadOf } = authorizations(options);
  const takeTurn = turns();
  const { assertOver, note } = silence(options);

  return ({ method, image, reference, credentials, of = 'manifests', query }) => {
    const asked = { host: image.host, credentials };
    return takeTurn(image.host, async () => {
      assertOver(asked);
      try {
        const answered = await reach(image.host, inTurn);
        note(asked, answered.response);
        return answered;
      } catch (error) {
        if (error instanceof UpstreamTrouble) note(asked, error);
        throw error;
      }
    });

    async function inTurn(base: URL): Promise<Answered> {
      const url = new URL(`/v2/${image.repository}/${of}/${reference}`, base);
      if (query !== undefined) url.search = query;
      let sent = held(image, credentials);
      let first = await send(method, url, sent);
      if (sent !== undefined && refusesWithoutChallenge(first, base)) {
        await discard(first.response);
        sent = insteadOf(sent, image, credentials);
        first = await send(method, url, sent);
      }
      if (first.response.status !== 401) return first;

      await discard(first.response);
      const header = first.response.headers.get('www-authenticate');
      // A challenge of the host that a redirect led to is not the registry's, and gets no answer.
      if (header === null || first.url.origin !== base.origin) return first;
      const authorization = await answer({ repository: image, credentials, base, header, sent });
      return authorization === undefined ? first : send(method, url, authorization);
    }
  };
}

/**
 * A token that has expired is answered 400 by ECR Public (https://github.com/aws/containers-roadmap/issues/2835), 403 by GHCR
 * (https://github.com/renovatebot/renovate/issues/11446) and was 401 by Docker's hardened images
 * (https://github.com/docker/hub-feedback/issues/2530), each without a challenge: that comes when nothing is sent.
 */
const refusesWithoutChallenge = ({ response, url }: Answered, base: URL): boolean =>
  [400, 401, 403].includes(response.status) && !response.headers.has('www-authenticate') && url.origin === base.origin;

async function send(method: Method, url: URL, authorization: string | undefined): Promise<Answered> {
  let at = url;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const mayKnow = authorization !== undefined && at.origin === url.origin;
    const response = await boundedFetch(at, {
      method,
      headers: { Accept: ACCEPT, ...(mayKnow ? { Authorization: authorization } : {}) },
    });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return { response, url: at };
    await discard(response);
    at = redirected(at, location);
  }
  throw new UpstreamTrouble(url.host, `redirects more than ${REDIRECTS} times`);
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw new UpstreamTrouble(from.host, 'redirects to nowhere');
  const to = new URL(location, from);
  const local = to.protocol === 'http:' && isLoopback(to.hostname) && isLoopback(from.hostname);
  if (to.protocol === 'https:' || local) return to;
  throw new UpstreamTrouble(from.host, `redirects to ${to.protocol}//${to.host}, which is not https`);
}
