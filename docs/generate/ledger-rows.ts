/**
 * `docs/ledger/schema-<number>.txt`: every column of every row that a version with that SCHEMA writes, one line each.
 *
 * It is written once, when the number is new, and never again: a version that knows the number reads exactly that. A test compares what is
 * written today with it, so that nobody changes a shape and leaves the number.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { sweepEnd } from '../../shared/domain/sweep-end.ts';
import { version } from '../../shared/domain/image-state.ts';
import { freezeRow } from '../../shared/ledger/freeze-book.ts';
import { candidateRow, evidenceRow, gateRow, promotionRow, requestRow } from '../../shared/ledger/gate-rows.ts';
import { holdRow } from '../../shared/ledger/hold-book.ts';
import { appRow, imageRow, rolloutRow } from '../../shared/ledger/image-book.ts';
import { journalEntry } from '../../shared/ledger/journal-book.ts';
import { lineageRow } from '../../shared/ledger/lineage-book.ts';
import { outboxRow } from '../../shared/ledger/outbox.ts';
import { policyContent, policyHead, policyPiece, refusedPolicy } from '../../shared/ledger/policy-book.ts';
import { SCHEMA } from '../../shared/ledger/rows.ts';
import { undeliveredRow } from '../../shared/ledger/undelivered-book.ts';
import { columnsOf } from './columns.ts';

/** By the names that the code has for them. */
export const rows: Record<string, z.ZodType> = {
  ...{ gateRow, requestRow, candidateRow, evidenceRow, promotionRow, outboxRow, holdRow, freezeRow },
  ...{ undeliveredRow, sweepEnd, imageRow, version, rolloutRow, appRow, lineageRow, journalEntry },
  ...{ policyHead, policyPiece, policyContent, refusedPolicy },
};

/**
 * Columns that came without a new number, since a version without them may lose them: `<row> <path>?`, with the reason. Empty after each new
 * number, whose description has them.
 */
export const MAY_BE_FORGOTTEN: Record<string, string> = {
  'evidenceRow tools?': 'at worst a tool goes while a check uses it, which then has no verdict and is asked again',
  'freezeRow freeze?.name?': 'for people to read; the object id says who it was',
  'imageRow triedOn?': 'at worst the layers of an image are compared once more with the same promotions',
};

export const describeRows = (shapes: Record<string, z.ZodType>): string[] =>
  Object.entries(shapes).flatMap(([name, shape]) => columnsOf(shape).map((column) => `${name} ${column}`));

const descriptionOf = (schema: number): string =>
  fileURLToPath(new URL(`../ledger/schema-${schema}.txt`, import.meta.url));

/** `undefined`: nobody has described it yet. */
export const describedAs = (schema: number): string[] | undefined =>
  existsSync(descriptionOf(schema)) ? readFileSync(descriptionOf(schema), 'utf8').trimEnd().split('\n') : undefined;

/** What is described already stays as it is. */
export async function describeSchema(): Promise<void> {
  const path = descriptionOf(SCHEMA);
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${describeRows(rows).join('\n')}\n`);
}

/** What to say where rows are not what their schema number says; `undefined`: they are. */
export function sayChange(
  { schema, described, today }: { schema: number; described: string[]; today: string[] },
  mayBeForgotten: Record<string, string> = MAY_BE_FORGOTTEN,
): string | undefined {
  const forgettable = Object.keys(mayBeForgotten);
  const misplaced = forgettable.filter((column) => !column.endsWith('?') || described.some(isOf(column)));
  if (misplaced.length > 0) {
    return `MAY_BE_FORGOTTEN in docs/generate/ledger-rows.ts names what is not a new optional column of schema ${schema}: ${misplaced.join(', ')}`;
  }

  const before = new Set(described);
  const after = new Set(today.filter((line) => !forgettable.some((column) => isOf(column)(line))));
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `  - ${line}`);
  const added = [...after].filter((line) => !before.has(line)).map((line) => `  + ${line}`);
  if (gone.length + added.length === 0) return undefined;
  return `\
what the ledger keeps has changed, and SCHEMA is still ${schema}:
${[...gone, ...added].join('\n')}
The version before reads such rows as its own: it fails on them, or drops what it does not know when it writes. So (docs/upgrades.md)
  raise SCHEMA in shared/ledger/rows.ts to ${schema + 1}; write the step from ${schema} in shared/ledger/upgrade.ts for each kind of row that changed shape;
  put rows as schema ${schema} wrote them into test/fixtures/ledger; add a line to the table in docs/upgrades.md and to the changelog;
  then "npm run docs" describes schema ${schema + 1}.
Only an optional column that the version before may lose without harm needs none of that: name it in MAY_BE_FORGOTTEN of docs/generate/ledger-rows.ts, with the reason.
docs/ledger/schema-${schema}.txt is what schema ${schema} means, so it stays as it is.`;
}

/** Of the column itself, or of what is in it. */
const isOf =
  (column: string) =>
  (line: string): boolean =>
    line.startsWith(column);
