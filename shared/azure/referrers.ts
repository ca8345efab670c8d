/** What is attached to an image, by the referrers API (OCI distribution specification 1.1), page by page. */
import type { ContainerRegistryContentClient } from '@azure/container-registry';
import { z } from 'zod';
import { digest, type DigestReference } from '../domain/reference.ts';
import type { Referrer } from '../ports/images.ts';
import { ask, refusedWith } from './ask.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import { MOST_REFERRERS, REFERRERS_PAGE_BYTES } from './limits.ts';
import { getFromRegistry } from './registry-pipeline.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const listing = z.object({ manifests: z.array(z.object({ digest, artifactType: z.string().optional() })) });

export async function listReferrers(
  content: ContainerRegistryContentClient,
  question: Question,
  image: DigestReference,
  artifactType?: string,
): Promise<Referrer[]> {
  const found = new Map<string, Referrer>();
  let next: URL | undefined = new URL(`https://${image.host}/v2/${image.repository}/referrers/${image.digest}`);
  if (artifactType !== undefined) next.searchParams.set('artifactType', artifactType);
  while (next) {
    const page: Page = await ask(question, () => readPage(content, question, next as URL)).catch(
      refusedWith(404, () => NOTHING),
    );
    const before = found.size;
    for (const referrer of page.referrers) found.set(referrer.digest, referrer);
    if (found.size > MOST_REFERRERS || (page.next && found.size === before)) {
      throw new ServiceTrouble(question, {
        problem: `there are more than ${MOST_REFERRERS}, or the list does not end`,
      });
    }
    next = page.next;
  }
  // A registry may leave the filter to whoever asks.
  return [...found.values()].filter((one) => artifactType === undefined || one.artifactType === artifactType);
}

interface Page {
  referrers: Referrer[];
  next?: URL | undefined;
}
const NOTHING: Page = { referrers: [] };

async function readPage(content: ContainerRegistryContentClient, question: Question, url: URL): Promise<Page> {
  const response = await getFromRegistry(content, url, { accept: INDEX, stream: false });
  const text = response.bodyAsText ?? '';
  const read = text.length > REFERRERS_PAGE_BYTES ? undefined : listing.safeParse(parsed(text));
  if (!read?.success)
    throw new ServiceTrouble(question, { problem: 'it answered something that is no list of referrers' });
  const referrers = read.data.manifests.map(({ digest: found, artifactType }) => ({
    digest: found,
    ...(artifactType === undefined ? {} : { artifactType }),
  }));
  return { referrers, next: nextOf(question, response.headers.get('link'), url) };
}

/** Only of the same registry: the request carries its token. */
function nextOf(question: Question, link: string | undefined, from: URL): URL | undefined {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const next = URL.parse(target, from.href);
  if (next?.origin === from.origin) return next;
  throw new ServiceTrouble(question, { problem: 'its list goes on somewhere else, where nothing of ours belongs' });
}

/** What is not JSON is no list, which the caller says. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
