/**
 * Tries again to prove the base of the newest version, which may have been pushed before its gate promoted what it stands on, or found before
 * (after the ledger was lost). Once for each promotion of its gates. Key: the version's number.
 *
 * The promotions are noted as they were before the layers were compared: one that comes meanwhile is tried by the next look.
 */
import type { Version } from '../../../shared/domain/image-state.ts';
import type { Image } from '../../../shared/domain/policy.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { IMAGE, readImage, versionKey, type ImageRow } from '../../../shared/ledger/image-book.ts';
import { writeLineage } from '../../../shared/ledger/lineage-book.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { put, SCHEMA, type Kept } from '../../../shared/ledger/rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Surroundings } from '../activity.ts';
import { proveBase, type Proved } from './prove-base.ts';

export async function proveAgain(world: Surroundings, image: Image, at: number): Promise<'written' | 'conflict'> {
  const { ledger } = world;
  const { image: row } = await readImage(ledger, image.name);
  const newest = row?.value.newest;
  if (!row || !newest || newest.base || !image.build) return 'written';

  const gates = [...new Set(Object.values(image.build.pass))];
  const promoted = await lastPromotions(ledger, gates);
  if (gates.every((gate) => promoted[gate] === row.value.triedOn?.[gate])) return 'written';

  const proved = await proveBase(world, { ...image, digest: newest.digest }, { gates });
  return proved
    ? recordProof(ledger, { image, row, newest, at }, proved)
    : ledger.write('images', image.name, [put(IMAGE, row, { ...row.value, triedOn: promoted })]);
}

/** Gate → the number of its current promotion; a gate that has promoted nothing is missing. */
async function lastPromotions(ledger: Ledger, gates: string[]): Promise<Record<string, number>> {
  const rows = await Promise.all(gates.map((gate) => readGateRow(ledger, gate)));
  const numbers = rows.map((row) => row?.value.current?.sequence);
  return Object.fromEntries(
    gates.flatMap((gate, index) => (numbers[index] === undefined ? [] : [[gate, numbers[index]]])),
  );
}

async function recordProof(
  ledger: Ledger,
  { image, row, newest, at }: { image: Image; row: Kept<ImageRow>; newest: Version; at: number },
  proved: Proved,
): Promise<'written' | 'conflict'> {
  const version: Version = { ...newest, ...proved };
  const { digest, number } = version;
  const { triedOn: _, ...before } = row.value;
  await writeLineage(ledger, proved.base.digest, { image: image.name, digest, number, at: version.at });
  return ledger.write('images', image.name, [
    put(IMAGE, row, { ...before, newest: version }),
    { kind: 'put', key: versionKey(digest), ifMatch: 'any', open: false, schema: SCHEMA, data: version },
    tell(`base-proved-${number}`, {
      at,
      by: 'buildImage',
      subject: image.name,
      what: 'base proved',
      why: `it stands on ${proved.base.digest}, which gate "${proved.base.gate}" has promoted since it was found`,
      data: { digest, number, base: proved.base },
    }),
  ]);
}
