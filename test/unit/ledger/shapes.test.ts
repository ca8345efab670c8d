/** The number of a schema means one shape of each row: whoever changes a shape is told to raise it, and how. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describedAs, describeRows, rows, sayChange } from '../../../docs/generate/ledger-rows.ts';
import { gateRow } from '../../../shared/ledger/gate-rows.ts';
import { SCHEMA } from '../../../shared/ledger/rows.ts';

const root = new URL('../../../', import.meta.url);

describe('the ledger of today', () => {
  it('has the shapes that its schema is described with', () => {
    const described = describedAs(SCHEMA);

    if (!described) throw new Error(`docs/ledger/schema-${SCHEMA}.txt is missing: "npm run docs" writes it`);
    expect(sayChange({ schema: SCHEMA, described, today: describeRows(rows) }) ?? 'the same').toBe('the same');
  });

  it('is described whole: every shape that a row is read by', () => {
    const sources = ['shared', 'functions', 'cli'].flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => readFileSync(new URL(`${folder}/${path}`, root), 'utf8')),
    );
    const readBy = sources.flatMap((text) =>
      [...text.matchAll(/\bparseRow\(\s*[^,()]+,\s*(\w+)/g)].map(([, name]) => name),
    );

    expect(readBy.length).toBeGreaterThan(20);
    expect(readBy.filter((name = '') => !(name in rows))).toEqual([]);
  });
});

describe('a shape that has changed under the same schema', () => {
  const before = { row: z.object({ at: z.number(), by: z.string().optional(), why: z.enum(['a', 'b']) }) };
  const described = describeRows(before);
  const say = (row: z.ZodType, mayBeForgotten: Record<string, string> = {}) =>
    sayChange({ schema: 7, described, today: describeRows({ row }) }, mayBeForgotten);

  it.each<[string, z.ZodType, string[]]>([
    ['a column more', before.row.extend({ colour: z.string() }), ['  + row colour: string']],
    ['an optional column more', before.row.extend({ colour: z.string().optional() }), ['  + row colour?: string']],
    ['a column less', before.row.omit({ by: true }), ['  - row by?: string']],
    ['a column that has to be there', before.row.required(), ['  - row by?: string', '  + row by: string']],
    [
      'a value more',
      before.row.extend({ why: z.enum(['a', 'b', 'c']) }),
      ['  - row why: string enum ["a","b"]', '  + row why: string enum ["a","b","c"]'],
    ],
    [
      'several where there was one',
      before.row.extend({ at: z.array(z.number()) }),
      ['  - row at: number', '  + row at[]: number'],
    ],
  ])('is told of, line by line: %s', (_, row, lines) => {
    const said = say(row);

    expect(said?.split('\n').filter((line) => /^ {2}[-+] /.test(line))).toEqual(lines);
    expect(said).toContain(
      'raise SCHEMA in shared/ledger/rows.ts to 8; write the step from 7 in shared/ledger/upgrade.ts',
    );
  });

  it('is found deep in a row that the ledger has: another reason why a gate rests', () => {
    const resting = gateRow.shape.resting.unwrap();
    const reason = z.discriminatedUnion('kind', [
      ...resting.shape.reason.options,
      z.object({ kind: z.literal('bored'), since: z.number() }),
    ]);
    const today = { gateRow: gateRow.extend({ resting: resting.extend({ reason }).optional() }) };

    const said = sayChange({ schema: 7, described: describeRows({ gateRow }), today: describeRows(today) });

    expect(said).toContain('  + gateRow resting?.reason(bored).since: number');
  });

  it('passes where the version before may lose a new optional column, with all that is in it', () => {
    const row = before.row.extend({ hint: z.object({ text: z.string(), at: z.number() }).optional() });

    expect(say(row, { 'row hint?': 'only shown' })).toBeUndefined();
  });

  it.each([
    ['a column that has to be there', 'row colour'],
    ['a column that the schema has already', 'row by?'],
  ])('does not pass as forgettable: %s', (_, column) => {
    expect(say(before.row, { [column]: 'it is convenient' })).toContain(
      `is not a new optional column of schema 7: ${column}`,
    );
  });

  it('cannot hide in a construct that no line describes', () => {
    expect(() => describeRows({ row: z.tuple([z.number(), z.string()]) })).toThrow('has a shape without a line for it');
  });
});
