/**
 * Table Storage in memory: entities with ETags, transactions that are all or nothing, and the queries that the ledger asks.
 *
 * An ETag counts the writes of its row, so that the same calls get the same ETags, in whatever order those of different rows come.
 */
import { notBuilt, type Answer, type Asked, type Service } from './answer.ts';

interface Stored {
  etag: string;
  entity: Record<string, unknown>;
}

interface Partition {
  all: Map<string, Stored>;
  /** What the app asks for most; so that an answer costs the same however much is settled. */
  open: Map<string, Stored>;
}

interface Change {
  method: string;
  path: string;
  ifMatch: string | undefined;
  body: string;
}

export function zeroLatencyTables(): Service {
  const partitions = new Map<string, Partition>();
  const writes = new Map<string, number>();

  const partitionOf = (table: string, partition: string): Partition => {
    const name = `${table}/${partition}`;
    const rows = partitions.get(name) ?? { all: new Map<string, Stored>(), open: new Map<string, Stored>() };
    partitions.set(name, rows);
    return rows;
  };

  const query = (table: string, filter: string): Answer => {
    const value = (condition: RegExp) => condition.exec(filter)?.[1]?.replaceAll("''", "'");
    const [partition = '', from, to] = [value(IN_PARTITION), value(FROM), value(TO)];
    const rows = partitionOf(table, partition);
    const found = [...(filter.includes('open eq true') ? rows.open : rows.all)]
      .filter(([key]) => (!from || key >= from) && (!to || key < to))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { status: 200, body: { value: found.map(([, stored]) => toBody(stored)) } };
  };

  const get = ({ table, partition, key }: Address): Answer => {
    const stored = partitionOf(table, partition).all.get(key);
    return stored
      ? { status: 200, headers: { etag: stored.etag }, body: toBody(stored) }
      : refusal(404, 'ResourceNotFound');
  };

  /** All of them or none. */
  const apply = (changes: Change[]): { etags: string[] } | { refused: Answer } => {
    const planned = changes.map((change) => {
      const entity = change.body === '' ? undefined : (JSON.parse(change.body) as Record<string, unknown>);
      const address = entity ? addressOf(change.path, entity) : parseAddress(change.path);
      return { change, entity, ...address, rows: partitionOf(address.table, address.partition) };
    });
    for (const { change, rows, key } of planned) {
      const refused = refusalOf(change, rows.all.get(key));
      if (refused) return { refused };
    }
    const etags = planned.map(({ entity, rows, table, partition, key }) => {
      const row = `${table}/${partition}/${key}`;
      const count = (writes.get(row) ?? 0) + 1;
      writes.set(row, count);
      const etag = `W/"datetime'${count}'"`;
      if (entity) rows.all.set(key, { etag, entity });
      else rows.all.delete(key);
      if (entity?.['open'] === true) rows.open.set(key, { etag, entity });
      else rows.open.delete(key);
      return etag;
    });
    return { etags };
  };

  return (asked) => {
    const path = decodeURIComponent(asked.url.pathname);
    if (asked.method === 'POST' && path === '/Tables') return { status: 204 };
    if (asked.method === 'POST' && path === '/$batch') return batchAnswer(apply(readBatch(asked.text())));
    if (asked.method === 'GET' && path.endsWith('()')) {
      return query(path.slice(1, -2), asked.url.searchParams.get('$filter') ?? '');
    }
    if (asked.method === 'GET') return get(parseAddress(path));
    if (asked.method === 'DELETE') return deleteAnswer(apply([{ ...single(asked), path }]));
    return notBuilt(asked);
  };
}

const IN_PARTITION = /PartitionKey eq '((?:[^']|'')*)'/;
const FROM = /RowKey ge '((?:[^']|'')*)'/;
const TO = /RowKey lt '((?:[^']|'')*)'/;

const single = (asked: Asked) => ({ method: asked.method, ifMatch: asked.header('if-match'), body: '' });

interface Address {
  table: string;
  partition: string;
  key: string;
}

/** `/gates(PartitionKey='node',RowKey='gate')` */
function parseAddress(path: string): Address {
  const parsed = /^\/(\w+)\(PartitionKey='(.*)',RowKey='(.*)'\)$/.exec(path);
  if (!parsed) throw new Error(`"${path}" is no address of an entity`);
  const [, table = '', partition = '', key = ''] = parsed;
  return { table, partition: partition.replaceAll("''", "'"), key: key.replaceAll("''", "'") };
}

/** Of a new entity only the table is in the path. */
const addressOf = (path: string, entity: Record<string, unknown>): Address => ({
  table: /^\/(\w+)/.exec(path)?.[1] ?? '',
  partition: String(entity['PartitionKey']),
  key: String(entity['RowKey']),
});

/** https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const readBatch = (text: string): Change[] =>
  text
    .split('--changeset_')
    .slice(1, -1)
    .map((part) => {
      const start = part.indexOf(REQUEST_FOLLOWS) + REQUEST_FOLLOWS.length;
      const end = part.indexOf('\r\n\r\n', start);
      const [request = '', ...headers] = part.slice(start, end < 0 ? undefined : end).split('\r\n');
      const [method = '', url = ''] = request.split(' ');
      const ifMatch = headers.find((header) => header.toLowerCase().startsWith('if-match: '));
      const body = end < 0 ? '' : part.slice(end).trim();
      return {
        method,
        path: decodeURIComponent(new URL(url).pathname),
        ifMatch: ifMatch?.slice('if-match: '.length),
        body,
      };
    });

/** The last header of a part is followed by an empty line, and that by the request. */
const REQUEST_FOLLOWS = 'content-transfer-encoding: binary\r\n\r\n';

function refusalOf({ method, ifMatch }: Change, stored: Stored | undefined): Answer | undefined {
  if (method === 'POST') return stored && refusal(409, 'EntityAlreadyExists');
  if (ifMatch === undefined) return undefined;
  if (!stored) return refusal(404, 'ResourceNotFound');
  return ifMatch === '*' || ifMatch === stored.etag ? undefined : refusal(412, 'UpdateConditionNotSatisfied');
}

const refusal = (status: number, code: string): Answer => ({
  status,
  body: { 'odata.error': { code, message: { lang: 'en-US', value: code } } },
});

const toBody = ({ etag, entity }: Stored): object => ({ 'odata.etag': etag, ...entity });

function batchAnswer(applied: { etags: string[] } | { refused: Answer }): Answer {
  const parts =
    'refused' in applied
      ? [part(applied.refused.status, [], JSON.stringify(applied.refused.body))]
      : applied.etags.map((etag) => part(204, [`ETag: ${etag}`], ''));
  const body = ['--batchresponse_1', 'Content-Type: multipart/mixed; boundary=changesetresponse_1', '', ...parts];
  return {
    status: 202,
    headers: { 'content-type': 'multipart/mixed; boundary=batchresponse_1' },
    body: [...body, '--changesetresponse_1--', '--batchresponse_1--', ''].join('\r\n'),
  };
}

const part = (status: number, headers: string[], body: string): string =>
  [
    '--changesetresponse_1',
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${status} -`,
    ...headers,
    '',
    body,
  ].join('\r\n');

const deleteAnswer = (applied: { etags: string[] } | { refused: Answer }): Answer =>
  'refused' in applied ? applied.refused : { status: 204 };
