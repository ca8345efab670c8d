/**
 * The ledger in Azure Table Storage: one table for each `Table`, made when it is first used; one partition for each thing.
 *
 * A failed condition is a value, told by its status: 412 an ETag that is not the row's, 409 a row that is there already, 404 one that is
 * not. The answer of a write that was lost is trouble; whoever asked looks again.
 */
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import type { Change, Ledger, Row, Table } from '../ports/ledger.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceRefused, type Question } from './errors.ts';
import { toEntity, toRow, type Columns } from './ledger-entity.ts';
import { assertKey, assertWritable } from './ledger-rules.ts';
import { neededRoles } from './needed-roles.ts';

export function azureLedger({ table: open }: Pick<Clients, 'table'>): Ledger {
  const ready = new Map<Table, Promise<TableClient>>();
  const tableOf = (table: Table): Promise<TableClient> => {
    const client = ready.get(table) ?? create(table, open(table));
    ready.set(table, client);
    // A failure is not remembered: the next call tries again.
    client.catch(() => ready.delete(table));
    return client;
  };
  /** A table that is gone, because somebody deleted it or a storage of this machine lost it, is made again by the next call. */
  const forgetting =
    (table: Table) =>
    (error: unknown): never => {
      if (error instanceof ServiceRefused && error.serviceCodes.includes('TableNotFound')) ready.delete(table);
      throw error;
    };

  return {
    async get(table, partition, key) {
      assertKey(partition, 'partition');
      assertKey(key, 'row');
      const client = await tableOf(table);
      return ask(about(`read ${table}/${partition}/${key}`), async () =>
        toRow(await client.getEntity<Columns>(partition, key)),
      )
        .catch(refusedWith(404, () => undefined, 'ResourceNotFound'))
        .catch(forgetting(table));
    },

    async rows(table, partition, { openOnly = false, from, to } = {}) {
      const filter = [
        odata`PartitionKey eq ${partition}`,
        ...(openOnly ? [odata`open eq true`] : []),
        ...(from === undefined ? [] : [odata`RowKey ge ${from}`]),
        ...(to === undefined ? [] : [odata`RowKey lt ${to}`]),
      ].join(' and ');
      const client = await tableOf(table);
      return ask(about(`list ${table}/${partition}`), async () => {
        const rows: Row[] = [];
        for await (const entity of client.listEntities<Columns>({ queryOptions: { filter } })) rows.push(toRow(entity));
        return rows;
      }).catch(forgetting(table));
    },

    async write(table, partition, changes) {
      assertWritable(partition, changes);
      if (changes.length === 0) return 'written';
      const client = await tableOf(table);
      const conflict = () => 'conflict' as const;
      return ask(about(`write ${changes.length} rows of ${table}/${partition}`), () => send(client, partition, changes))
        .catch(refusedWith(412, conflict))
        .catch(refusedWith(409, conflict, 'EntityAlreadyExists'))
        .catch(refusedWith(404, conflict, 'ResourceNotFound'))
        .catch(forgetting(table));
    },
  };
}

async function create(table: Table, client: TableClient): Promise<TableClient> {
  await ask(about(`create the table ${table}`), () => client.createTable());
  return client;
}

async function send(client: TableClient, partition: string, changes: Change[]): Promise<'written'> {
  const [only] = changes;
  if (changes.length === 1 && only?.kind === 'delete') {
    await client.deleteEntity(partition, only.key, { etag: only.ifMatch === 'any' ? '*' : only.ifMatch });
  } else {
    await client.submitTransaction(changes.map((change) => toAction(partition, change)));
  }
  return 'written';
}

function toAction(partition: string, change: Change): TransactionAction {
  if (change.kind === 'delete') return ['delete', { partitionKey: partition, rowKey: change.key }];
  const entity = toEntity(partition, change);
  if (change.ifMatch === 'new') return ['create', entity];
  if (change.ifMatch === 'any') return ['upsert', entity, 'Replace'];
  return ['update', entity, 'Replace', { etag: change.ifMatch }];
}

const about = (what: string): Question => ({
  service: 'Table Storage',
  what,
  roles: neededRoles.ledger,
});
