/**
 * Copies what is attached to a digest into a repository of ours, where it is then attached to the same digest.
 *
 * Key: the digest. An import takes none of it along (learn.microsoft.com/azure/container-registry/container-registry-import-images copies the
 * image that is named), so each is imported by itself; what cosign keeps under a tag gets its tag.
 */
import { formatReference, type Digest, type RepositoryReference } from '../../../shared/domain/reference.ts';
import type { Credentials } from '../../../shared/ports/images.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import type { Surroundings } from '../activity.ts';
import type { Attached, AttachedAt } from './find-attached.ts';

/** Of one of them: small, and from one registry to another. */
const DEADLINE_SECONDS = 60;

/** A repository of ours, as a place where things are attached. */
export const attachedAt = (registries: Registries, { host, repository }: RepositoryReference): AttachedAt => ({
  referrers: async (of) => ({ referrers: await registries.referrers({ host, repository, digest: of }), more: false }),
  manifest: (of) => registries.manifest({ host, repository, digest: of }),
  tagged: (tag) => registries.digestOf({ host, repository, tag }),
});

export async function copyAttached(
  { registries, log }: Pick<Surroundings, 'registries' | 'log'>,
  attached: Attached[],
  places: {
    from: RepositoryReference & { ours: boolean; credentials?: Credentials | undefined };
    to: RepositoryReference;
  },
): Promise<void> {
  const { to } = places;
  const { credentials, ...from } = places.from;
  for (const { manifest, tag } of attached) {
    const { digest } = manifest;
    if (!(await registries.manifest({ ...to, digest }))) {
      await registries.import({
        from: { ...from, digest, ...(credentials ? { credentials } : {}) },
        to,
        deadlineSeconds: DEADLINE_SECONDS,
      });
    }
    await registries.protectManifest({ ...to, digest });
    if (!tag || (await registries.digestOf({ ...to, tag })) === digest) continue;
    if ((await registries.putManifest({ ...to, tag }, manifest)) === 'locked') {
      log.warn(`${formatReference({ ...to, tag })} is locked by somebody, so it does not name ${digest}`);
    }
  }
  for (const subject of new Set(attached.map((one) => one.subject)))
    await readBack(registries, attached, { ...to, digest: subject });
}

/** Listed under the digest, or put there once more: a registry may take the manifest of an import for no push. */
async function readBack(
  registries: Registries,
  attached: Attached[],
  subject: RepositoryReference & { digest: Digest },
): Promise<void> {
  const wanted = attached.filter((one) => one.subject === subject.digest && one.tag === undefined);
  const missing = async () => {
    const referrers = await registries.referrers(subject);
    return wanted.filter(({ manifest }) => !referrers.some(({ digest }) => digest === manifest.digest));
  };
  const { host, repository } = subject;
  for (const { manifest } of await missing()) await registries.putUntagged({ host, repository }, manifest);
  const [still] = await missing();
  if (still) {
    throw new Error(
      `${still.manifest.digest} was copied and is not listed among the referrers of ${formatReference(subject)}`,
    );
  }
}
