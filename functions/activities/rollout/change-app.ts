/** Changes one app's row in the ledger, with what is to be told. `undefined` from `change`: nothing to do any more. */
import type { Digest } from '../../../shared/domain/reference.ts';
import { appKey, newApp, readImage, type AppRow } from '../../../shared/ledger/image-book.ts';
import { tell, type Entry } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';

export interface ChangedApp {
  row: AppRow;
  told?: { name: string; entry: Omit<Entry, 'by' | 'subject'> };
}

type Failed = { at: number; attempt: number; digest: Digest; number: number; why: string };

/** Nothing is tried after this: a person is told. */
export const putBackFailed = ({ at, attempt, digest, number, why }: Failed): ChangedApp['told'] => ({
  name: `put-back-failed-${attempt}`,
  entry: { at, what: 'put-back failed', why, announce: 'held', data: { digest, number, attempt } },
});

export async function changeApp(
  ledger: Ledger,
  place: { of: string; app: string },
  change: (row: AppRow) => ChangedApp | undefined,
): Promise<AppRow | undefined> {
  const kept = (await readImage(ledger, place.of)).apps.get(place.app);
  const changed = change(kept?.value ?? newApp);
  if (!changed) return undefined;
  const { row, told } = changed;
  const written = await ledger.write('images', place.of, [
    put(appKey(place.app), kept, row),
    ...(told ? [tell(`${told.name}-${place.app}`, { by: 'rollOut', subject: place.app, ...told.entry })] : []),
  ]);
  if (written === 'conflict') throw new LedgerConflict(`app "${place.app}"`);
  return row;
}
