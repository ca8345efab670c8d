/** After an import: what is checked and promoted is there and stays there, and nothing goes along under the name of an attestation that is none. */
import { hidden, type Subject } from '../../../shared/domain/choose-subject.ts';
import { formatReference, type Digest, type RepositoryReference } from '../../../shared/domain/reference.ts';
import type { Manifest } from '../../../shared/ports/images.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import type { CandidateRow } from '../../../shared/ledger/gate-rows.ts';

/** `root`: what was imported, of which `subject` is a part or all. */
export async function settleIn(
  registries: Registries,
  place: RepositoryReference,
  { root, subject }: { root: Digest; subject: Extract<Subject, { kind: 'subject' }> },
): Promise<Pick<CandidateRow, 'subject' | 'images' | 'unusable'>> {
  const there = async (digest: Digest): Promise<Manifest> => {
    const manifest = await registries.manifest({ ...place, digest });
    if (!manifest) throw new Error(`${formatReference({ ...place, digest })} is not there after its import`);
    return manifest;
  };
  for (const digest of new Set([root, subject.digest, ...subject.images.map((image) => image.digest)])) {
    await there(digest);
    await registries.protectManifest({ ...place, digest });
  }
  const aside: Manifest[] = [];
  for (const digest of new Set(subject.aside)) aside.push(await there(digest));
  const found = hidden(aside);
  return found ? { unusable: found.message } : { subject: subject.digest, images: subject.images };
}
