/** Numbers a version of an image that was not known, with its proved base. Key: the digest. */
import type { Version } from '../../../shared/domain/image-state.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import { formatReference } from '../../../shared/domain/reference.ts';
import { IMAGE, newImage, versionKey, type ImageRow } from '../../../shared/ledger/image-book.ts';
import { writeLineage } from '../../../shared/ledger/lineage-book.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { put, SCHEMA, type Kept } from '../../../shared/ledger/rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';

/** `also`: what else changes in the image's row with it. */
export async function recordVersion(
  ledger: Ledger,
  { image, row: kept }: { image: Image; row: Kept<ImageRow> | undefined },
  found: Omit<Version, 'number'>,
  also: (row: ImageRow) => ImageRow,
): Promise<'written' | 'conflict'> {
  // What was tried is of the version before.
  const { triedOn: _, ...row } = kept?.value ?? newImage;
  const number = row.sequence + 1;
  const version: Version = { ...found, number };
  if (version.base) {
    const line = { image: image.name, digest: version.digest, number, at: version.at };
    await writeLineage(ledger, version.base.digest, line);
  }
  return ledger.write('images', image.name, [
    put(IMAGE, kept, also({ ...row, sequence: number, newest: version })),
    { kind: 'put', key: versionKey(version.digest), ifMatch: 'any', open: false, schema: SCHEMA, data: version },
    tell(`version-${number}`, {
      at: version.at,
      by: 'buildImage',
      subject: image.name,
      what: 'new version',
      why: version.base
        ? `built on ${version.base.digest} of gate "${version.base.gate}"`
        : 'its base is none that a gate promoted',
      data: {
        digest: version.digest,
        number,
        image: formatReference({ ...image, digest: version.digest }),
        ...(version.base ? { base: version.base } : {}),
      },
    }),
  ]);
}
