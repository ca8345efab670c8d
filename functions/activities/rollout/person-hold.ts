/** The person's hold that bears on an app now: its own, the one on everything, or that of the gate it runs; the latest of them. */
import { latestHold } from '../../../shared/domain/hold-over.ts';
import type { App } from '../../../shared/domain/policy.ts';
import type { PersonHold, SystemHold } from '../../../shared/domain/rollout-state.ts';
import { readHoldOver } from '../../../shared/ledger/hold-book.ts';
import type { AppRow } from '../../../shared/ledger/image-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';

export async function personHoldOn(ledger: Ledger, app: App, row: AppRow): Promise<PersonHold | undefined> {
  const over = await readHoldOver(ledger, app.runs.kind === 'gate' ? [app.runs.gate] : []);
  return latestHold<PersonHold>([row.personHold, over]);
}

/** The system's hold on what is wanted: what a person put back has one of its own, so that the other is still there when theirs is lifted. */
export const systemHoldOf = (row: AppRow, person: PersonHold | undefined): SystemHold | undefined =>
  person?.putBack ? person.putBack.failed : row.hold;
