/** What was copied with what is promoted, as its record has it: signatures, SBOMs and attestations that are at the target, by digest and type. */
import { artifactTypeIn, childrenOf } from '../../../shared/domain/manifest.ts';
import { bundleIn } from '../../../shared/domain/record/envelope.ts';
import type { RecordedReferrer } from '../../../shared/domain/record/statement.ts';
import type { DigestReference, RepositoryReference } from '../../../shared/domain/reference.ts';
import type { Manifest } from '../../../shared/ports/images.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import { attachedAt } from '../gate/copy-attached.ts';
import { findAttached } from '../gate/find-attached.ts';

/** In the order of their digests, so that the same referrers are the same record. Records of promotions are not among them. */
export async function recordedReferrers(
  registries: Registries,
  { candidate, target }: { candidate: DigestReference; target: RepositoryReference },
): Promise<RecordedReferrer[]> {
  const manifest = await registries.manifest(candidate);
  const parts = manifest ? childrenOf(manifest.bytes) : [];
  const { attached } = await findAttached(attachedAt(registries, candidate), [candidate.digest, ...parts]);
  const recorded: RecordedReferrer[] = [];
  for (const one of attached.toSorted((a, b) => (a.manifest.digest < b.manifest.digest ? -1 : 1))) {
    const { digest, bytes } = one.manifest;
    if (isRecord(one.manifest) || !(await registries.manifest({ ...target, digest }))) continue;
    const artifactType = artifactTypeIn(bytes);
    recorded.push({ digest, subject: one.subject, ...(artifactType === undefined ? {} : { artifactType }) });
  }
  return recorded;
}

const isRecord = ({ bytes }: Manifest): boolean => bundleIn(JSON.parse(new TextDecoder().decode(bytes))) !== undefined;
