/**
 * A person's change to what bears on everything: written with its journal entry, told, and then everything is asked to look.
 *
 * Also with no valid policy: then there is nobody to ask yet, and whoever looks first finds the change.
 */
import type { HttpResponseInit } from '@azure/functions';
import { EVERYTHING, readEverythingOutbox } from '../../shared/ledger/hold-book.ts';
import { deliver } from '../../shared/ledger/outbox.ts';
import type { Change } from '../../shared/ports/ledger.ts';
import { askEverything } from './ask-everything.ts';
import type { Asked } from './endpoint.ts';
import { tellAsked } from './tell-asked.ts';

export interface Changing {
  /** For the journal: what was asked and why. */
  what: string;
  why: string;
  data?: Record<string, unknown>;
  /** Where to see what is so now. */
  location: string;
  /** `told`: the journal entry, for the same transaction. */
  write(told: Change): Promise<void>;
}

export async function changeEverything(
  asked: Asked,
  { what, why, data = {}, location, write }: Changing,
): Promise<HttpResponseInit> {
  const { world, at } = asked;
  await write(tellAsked(asked, { subject: 'everything', what, why, data }));
  await deliver(world, { table: 'gates', partition: EVERYTHING, at }, await readEverythingOutbox(world.ledger));
  return { status: 202, headers: { location }, jsonBody: { what, ...(await askEverything(asked)) } };
}
