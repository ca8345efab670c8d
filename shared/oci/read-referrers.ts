/**
 * Lists what is attached to a manifest of a registry that is not ours: by the API of OCI distribution 1.1, or by its fallback tag where the
 * registry has no such API. https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#listing-referrers
 *
 * "No such API" is any of the answers below: registries without it answer an address that they do not know in their own ways.
 */
import { fallbackTag, MOST_LISTED, parseReferrers } from '../domain/referrers.ts';
import type { DigestReference } from '../domain/reference.ts';
import type { Credentials, Referrer } from '../ports/images.ts';
import { discard, readBounded } from './bounded-fetch.ts';
import { MANIFEST_BYTES } from './limits.ts';
import type { ManifestRequest, RequestManifest } from './manifest-request.ts';

const NO_SUCH_API = new Set([400, 404, 405, 406, 501]);
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MOST_PAGES = 5;

export interface Referrers {
  referrers: Referrer[];
  /** There are more than are read. */
  more: boolean;
}

/** Throws `UpstreamTrouble` for everything that is neither a list nor the lack of one. `isThere` does so. */
export async function readReferrers(
  { digest, ...image }: DigestReference,
  options: {
    credentials: Credentials | undefined;
    request: RequestManifest;
    isThere(asked: Omit<ManifestRequest, 'method'>, response: Response): Promise<boolean>;
  },
): Promise<Referrers> {
  const { credentials, request, isThere } = options;
  const found: Referrer[] = [];
  let query: string | undefined;

  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const asked = { image, reference: digest, credentials, of: 'referrers' as const, query };
    const { response, url } = await request({ ...asked, method: 'GET' });
    if (NO_SUCH_API.has(response.status)) {
      await discard(response);
      return pages === 0 ? fallback() : { referrers: found, more: true };
    }
    await isThere(asked, response);
    const listed = isIndex(response) ? await read(url, response) : undefined;
    if (!listed) {
      await discard(response);
      return pages === 0 ? fallback() : { referrers: found, more: true };
    }
    found.push(...listed);
    query = nextQuery(response.headers.get('link'), url);
    if (query === undefined) return bounded(found);
  }
  return { referrers: found.slice(0, MOST_LISTED), more: true };

  async function fallback(): Promise<Referrers> {
    const asked = { image, reference: fallbackTag(digest), credentials };
    const { response, url } = await request({ ...asked, method: 'GET' });
    if (!(await isThere(asked, response))) return { referrers: [], more: false };
    return bounded((await read(url, response)) ?? []);
  }
}

const bounded = (referrers: Referrer[]): Referrers => ({
  referrers: referrers.slice(0, MOST_LISTED),
  more: referrers.length > MOST_LISTED,
});

const isIndex = (response: Response): boolean => response.headers.get('content-type')?.split(';')[0]?.trim() === INDEX;

async function read(url: URL, response: Response): Promise<Referrer[] | undefined> {
  const bytes = await readBounded(url, response, MANIFEST_BYTES);
  try {
    return parseReferrers(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Of the page after this one. Only the query counts: a list goes on where it began. */
function nextQuery(link: string | null, url: URL): string | undefined {
  const [, target] = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? '') ?? [];
  return target !== undefined && URL.canParse(target, url.href) ? new URL(target, url).search.slice(1) : undefined;
}
