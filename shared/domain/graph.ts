/**
 * Questions to the policy as a graph: given something that changed, who cares.
 *
 * Events, sweeps and stories all ask here, so that "follows" means the same everywhere.
 */
import type { App, Gate, Image, Policy } from './policy.ts';
import { sameRepository } from './reference.ts';
import type { RepositoryReference, Tag, TagReference } from './reference.ts';

export { sameRepository };

/** The gates whose upstream this is; without a tag, every gate that follows one of the repository's tags. */
export const gatesFollowing = (policy: Policy, upstream: RepositoryReference & { tag?: Tag }): Gate[] =>
  Object.values(policy.gates).filter(
    ({ from }) => sameRepository(from, upstream) && (upstream.tag === undefined || from.tag === upstream.tag),
  );

/** The images of which this pushed tag is a new version. Tags that carry referrers and signatures never are. */
export const imagesOf = (policy: Policy, pushed: TagReference): Image[] =>
  Object.values(policy.images).filter((image) => sameRepository(image, pushed) && acceptsTag(image.tags, pushed.tag));

/** The images that are built from what this gate promotes. */
export const imagesBuiltFrom = (policy: Policy, gate: string): Image[] =>
  Object.values(policy.images).filter(({ build }) => build !== undefined && Object.values(build.pass).includes(gate));

export const appsOfImage = (policy: Policy, image: string): App[] =>
  Object.values(policy.apps).filter(({ runs }) => runs.kind === 'image' && runs.image === image);

/** The apps that run what this gate promotes as it is. */
export const appsOfGate = (policy: Policy, gate: string): App[] =>
  Object.values(policy.apps).filter(({ runs }) => runs.kind === 'gate' && runs.gate === gate);

export const acceptsTag = (patterns: string[], tag: Tag): boolean =>
  !isAttachmentTag(tag) && patterns.some((pattern) => matches(pattern, tag));

/**
 * `sha256-<hex>` is the referrers tag of OCI distribution 1.1 for registries without the referrers API; cosign adds `.sig`, `.att`
 * and `.sbom` to it.
 */
const isAttachmentTag = (tag: Tag): boolean => /^sha(?:256|512)-[0-9a-f]{64}/.test(tag);

/** `*` stands for any text. Pieces are found from left to right, so no pattern can make it slow. */
function matches(pattern: string, tag: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return tag === pattern;
  if (!tag.startsWith(first)) return false;

  let from = first.length;
  for (const piece of pieces) {
    const found = tag.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return tag.length - last.length >= from && tag.endsWith(last);
}
