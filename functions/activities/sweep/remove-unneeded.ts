/**
 * Removes from a repository of the quarantine what nobody needs: indexes before their children, and what is attached to something needed, such
 * as a signature, stays with it.
 *
 * Key: the digest. What is gone already is as good.
 */
import { childrenOf, subjectOf } from '../../../shared/domain/manifest.ts';
import { formatReference, type Digest, type RepositoryReference } from '../../../shared/domain/reference.ts';
import type { ManifestInfo, Registries } from '../../../shared/ports/registries.ts';
import { attachedAt } from '../gate/copy-attached.ts';
import { findAttached } from '../gate/find-attached.ts';

/** A late activity of a lost instance may still copy or check what was settled just now. */
export const GRACE_MS = 3_600_000;
/** Of one repository, so that an activity stays short; the next time goes on. */
const MOST_REMOVED = 50;

export interface Unneeded {
  listed: ManifestInfo[];
  needed: Set<Digest>;
  /** Epoch milliseconds. */
  at: number;
}

/** `mayGo`: asked right before each removal, since much may have happened meanwhile. Answers what could not be removed. */
export async function removeUnneeded(
  registries: Registries,
  place: RepositoryReference,
  unneeded: Unneeded,
  mayGo: (digest: Digest) => Promise<boolean>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const digest of await removable(registries, place, unneeded)) {
    if (!(await mayGo(digest))) continue;
    await unprotect(registries, place, digest);
    if ((await registries.deleteManifest({ ...place, digest })) === 'locked')
      problems.push(`${formatReference({ ...place, digest })} is locked by somebody, so it stays in quarantine`);
  }
  return problems;
}

/** Old enough, and nobody's. */
export const unneededOf = ({ listed, needed, at }: Unneeded): Digest[] =>
  listed
    .filter(({ digest, createdAt }) => !needed.has(digest) && createdAt <= at - GRACE_MS)
    .map(({ digest }) => digest);

async function removable(registries: Registries, place: RepositoryReference, unneeded: Unneeded): Promise<Digest[]> {
  const found: { digest: Digest; children: number }[] = [];
  for (const digest of unneededOf(unneeded).slice(0, MOST_REMOVED)) {
    const manifest = await registries.manifest({ ...place, digest });
    if (!manifest) continue;
    const attachedTo = subjectOf(manifest.bytes);
    if (!attachedTo || !unneeded.needed.has(attachedTo))
      found.push({ digest, children: childrenOf(manifest.bytes).length });
  }
  return found.toSorted((a, b) => b.children - a.children).map(({ digest }) => digest);
}

/** Deleted with it is what is attached to it, so that must not be protected either. */
async function unprotect(registries: Registries, place: RepositoryReference, digest: Digest): Promise<void> {
  const { attached } = await findAttached(attachedAt(registries, place), [digest]);
  for (const { manifest } of attached) await registries.unprotectManifest({ ...place, digest: manifest.digest });
  await registries.unprotectManifest({ ...place, digest });
}
