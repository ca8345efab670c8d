/**
 * A row of the ledger as an entity of Table Storage: `open`, `schema`, and its data as JSON text in `data`.
 *
 * Text that is too long for one property goes on in `data1`, `data2`, …
 */
import type { TableEntity, TableEntityResult } from '@azure/data-tables';
import type { Row } from '../ports/ledger.ts';
import { UnwritableRow } from './errors.ts';
import { COLUMN_CHARACTERS, ENTITY_BYTES } from './limits.ts';

export type Columns = Record<string, unknown>;

export function toEntity(
  partition: string,
  row: Pick<Row, 'key' | 'open' | 'schema' | 'data'>,
): TableEntity<Record<string, string | boolean | number>> {
  const texts = split(JSON.stringify(row.data ?? null));
  const entity = {
    partitionKey: partition,
    rowKey: row.key,
    open: row.open,
    schema: row.schema,
    ...Object.fromEntries(texts.map((text, index) => [column(index), text])),
  };
  const bytes = sizeOf(entity);
  if (bytes > ENTITY_BYTES) {
    throw new UnwritableRow(
      row.key,
      `it would take ${bytes} bytes, and ${ENTITY_BYTES} is the most; keep reports in blobs`,
    );
  }
  return entity;
}

export function toRow(entity: TableEntityResult<Columns>): Row {
  const { rowKey: key = '', etag, open, schema } = entity;
  const texts: string[] = [];
  for (let text = entity[column(0)]; typeof text === 'string'; text = entity[column(texts.length)]) texts.push(text);
  if (typeof open !== 'boolean' || typeof schema !== 'number' || texts.length === 0) {
    throw new Error(
      `row "${key}" was not written by this app: it needs "open", "schema" and "data"; remove it from the table`,
    );
  }
  return { key, etag, open, schema, data: JSON.parse(texts.join('')) };
}

const column = (index: number): string => (index === 0 ? 'data' : `data${index}`);

/** Never between the two halves of a surrogate pair: each half alone would be replaced on the wire. */
export function split(text: string, most = COLUMN_CHARACTERS): string[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length || parts.length === 0;) {
    let to = Math.min(from + most, text.length);
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to--;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** As the service counts: two bytes a character, and a few for each property ("How the size of an entity is calculated", Azure storage team). */
function sizeOf(entity: Record<string, string | boolean | number>): number {
  return Object.entries(entity).reduce((bytes, [name, value]) => {
    const size = typeof value === 'string' ? value.length * 2 + 4 : typeof value === 'number' ? 4 : 1;
    return bytes + 8 + name.length * 2 + size;
  }, 4);
}
