/**
 * Tries again what no topic has taken, and what was told in a partition that no look reads. A thing at rest may not be looked at for days, so
 * each sweep does this.
 */
import { EVERYTHING, readEverythingOutbox } from './hold-book.ts';
import { deliver, outboxOf, type Delivering } from './outbox.ts';
import { forgetUndelivered, readUndelivered } from './undelivered-book.ts';

export async function redeliver(ports: Delivering, at: number): Promise<void> {
  await deliver(ports, { table: 'gates', partition: EVERYTHING, at }, await readEverythingOutbox(ports.ledger));
  for (const { id, table, partition, key } of await readUndelivered(ports.ledger)) {
    const row = await ports.ledger.get(table, partition, key);
    if (row) await deliver(ports, { table, partition, at }, outboxOf([row]));
    else await forgetUndelivered(ports.ledger, id);
    // As long as the topic takes nothing, one try a sweep is enough.
    if (await ports.ledger.get(table, partition, key)) return;
  }
}
