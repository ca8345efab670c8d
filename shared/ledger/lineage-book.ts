/** What stands on a promoted base: the versions of images, by the proof of their layers. */
import { z } from 'zod';
import { digestKey, orderedKey, rowKey } from '../domain/ids.ts';
import { digest, type Digest } from '../domain/reference.ts';
import type { Ledger } from '../ports/ledger.ts';
import { parseRow, SCHEMA } from './rows.ts';

export const lineageRow = z.object({ image: z.string(), digest, number: z.number(), at: z.number() });
export type Line = z.infer<typeof lineageRow>;

export async function writeLineage(ledger: Ledger, base: Digest, data: Line): Promise<void> {
  const key = rowKey(data.image, orderedKey(data.number));
  await ledger.write('lineage', digestKey(base), [
    { kind: 'put', key, ifMatch: 'any', open: false, schema: SCHEMA, data },
  ]);
}

export async function readLineage(ledger: Ledger, base: Digest): Promise<Line[]> {
  const rows = await ledger.rows('lineage', digestKey(base));
  return rows.map((row) => parseRow(row, lineageRow).value);
}
