/** The journal entry of what a person asked, for the transaction that does it. Each request is one of its own, also when it says the same. */
import { tell, type Entry } from '../../shared/ledger/outbox.ts';
import type { Change } from '../../shared/ports/ledger.ts';
import { whoIs } from './caller.ts';
import type { Asked } from './endpoint.ts';

export const tellAsked = (
  { caller, at }: Pick<Asked, 'caller' | 'at'>,
  entry: Omit<Entry, 'at' | 'by' | 'name'>,
): Change => tell(`asked-${crypto.randomUUID()}`, { at, ...whoIs(caller), ...entry });
