/**
 * What Table Storage cannot do, refused before it is asked, with the row that is at fault.
 *
 * https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */
import type { Change } from '../ports/ledger.ts';
import { UnwritableRow } from './errors.ts';
import { KEY_CHARACTERS, TRANSACTION_CHANGES } from './limits.ts';

/** Throws `UnwritableRow`. */
export function assertWritable(partition: string, changes: Change[]): void {
  assertKey(partition, 'partition');
  if (changes.length > TRANSACTION_CHANGES) {
    throw new UnwritableRow(
      partition,
      `${changes.length} changes in one transaction, and ${TRANSACTION_CHANGES} is the most; split them by what must hold together`,
    );
  }
  const seen = new Set<string>();
  for (const change of changes) {
    assertKey(change.key, 'row');
    if (seen.has(change.key)) throw new UnwritableRow(change.key, 'it is changed twice in one transaction');
    seen.add(change.key);
    if (change.kind === 'delete') assertDelete(change, changes.length);
  }
}

function assertDelete({ key, ifMatch }: Change, changes: number): void {
  if (ifMatch === 'new') throw new UnwritableRow(key, 'a row that must not exist cannot be deleted');
  if (ifMatch !== 'any' && changes > 1) {
    throw new UnwritableRow(
      key,
      'a delete with an ETag must be alone, because @azure/data-tables leaves the ETag out of a transaction; ' +
        'delete with "any", guarded by another row of the transaction',
    );
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields */
export function assertKey(key: string, what: 'partition' | 'row'): void {
  if (key.length > KEY_CHARACTERS)
    throw new UnwritableRow(key, `its ${what} key has more than ${KEY_CHARACTERS} characters`);
  if (/[\\/#?\p{Cc}]/u.test(key))
    throw new UnwritableRow(key, `its ${what} key has a character that Table Storage forbids: / \\ # ? or control`);
}
