/** Copies what was promoted once back into quarantine, from the target registry: upstream may have it no more, and today's checks are asked there. */
import { chooseSubject } from '../../../shared/domain/choose-subject.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest, type RepositoryReference } from '../../../shared/domain/reference.ts';
import type { CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { wantedPlatforms } from '../../../shared/domain/deciding-policy.ts';
import type { Surroundings } from '../activity.ts';
import { settleIn } from './settle-in.ts';

const DEADLINE_SECONDS = 300;

/** `to`: where the gate's candidates are. */
export async function copyPromoted(
  { registries }: Surroundings,
  gate: Gate,
  promoted: Digest,
  to: RepositoryReference,
): Promise<Pick<CandidateRow, 'platforms' | 'subject' | 'images' | 'unusable'>> {
  const platforms = wantedPlatforms(gate);
  const from = { host: gate.to.host, repository: gate.to.repository, digest: promoted };
  const manifest = await registries.manifest(from);
  if (!manifest) {
    return {
      platforms,
      unusable: `${formatReference(from)} is not there any more, so it can be neither checked nor put back`,
    };
  }
  const subject = chooseSubject(manifest.bytes, promoted, gate);
  if (subject.kind === 'unusable') return { platforms, unusable: subject.message };

  await registries.import({ from: { ...from, ours: true }, to, deadlineSeconds: DEADLINE_SECONDS });
  return { platforms, ...(await settleIn(registries, to, { root: promoted, subject })) };
}
