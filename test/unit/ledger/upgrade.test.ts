/** Rows of earlier schemas are brought up to today's, as they were written; those of later ones are refused and left as they are. */
import { describe, expect, it } from 'vitest';
import { readFreezeOnEverything, writeFreezeOnEverything } from '../../../shared/ledger/freeze-book.ts';
import { readCandidates, readGate, readPromotions } from '../../../shared/ledger/gate-book.ts';
import { GATE, gateRow, newGate } from '../../../shared/ledger/gate-rows.ts';
import { readHoldOnEverything, writeHoldOnEverything } from '../../../shared/ledger/hold-book.ts';
import { readImage, readVersions } from '../../../shared/ledger/image-book.ts';
import { readJournal } from '../../../shared/ledger/journal-book.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { parseRow, SCHEMA, UnreadableRow } from '../../../shared/ledger/rows.ts';
import { readSweep, writeSweep } from '../../../shared/ledger/sweep-book.ts';
import { upgrade, type Upgraded } from '../../../shared/ledger/upgrade.ts';
import { fakeLedger } from '../../fakes/ledger.ts';
import { olderRows, restore, STAGES } from '../../fixtures/older-ledger.ts';

describe.each(STAGES)('a ledger that was written %s', (stage) => {
  it('is read whole', async () => {
    const ledger = fakeLedger();
    await restore(ledger, olderRows(stage));

    const { gate, open } = await readGate(ledger, 'node');
    const [promotion] = await readPromotions(ledger, 'node', { most: 10 });
    const { image, apps } = await readImage(ledger, 'hello');

    expect(gate?.value.current).toMatchObject({ sequence: 1, unique: '15-alpine-ca1' });
    expect([...open.values()].map(({ evidence }) => evidence.get('functional')?.value.evidence.state)).toEqual([
      'running',
    ]);
    expect(promotion?.layers).toEqual([[expect.stringMatching(/^sha256:/), expect.stringMatching(/^sha256:/)]]);
    for (const { row } of await readCandidates(ledger, 'node')) {
      expect(row.value.platforms).toBe('linux/amd64');
      expect(row.value.images).toEqual([{ platform: 'linux/amd64', digest: row.value.subject }]);
    }
    expect(image?.value.newest).toMatchObject({ number: 1, tag: 'ca2' });
    expect(apps.get('web')?.value.lastHealthy).toBeDefined();
    expect(await readVersions(ledger, 'hello')).toHaveLength(1);
    expect(await readSweep(ledger)).toMatchObject({ gates: 1 });
    expect(await readJournal(ledger, '2026-01-05')).not.toEqual([]);
  });
});

describe('from schema 1', () => {
  const up = (kind: Upgraded, columns: object) => upgrade(kind, { from: 1, to: SCHEMA }, columns);

  it.each<[string, Upgraded, object, object]>([
    [
      'a candidate has platforms, and its subject as the one image',
      'candidate',
      { sequence: 3, platform: 'linux/arm64', subject: 's' },
      { sequence: 3, platforms: 'linux/arm64', subject: 's', images: [{ platform: 'linux/arm64', digest: 's' }] },
    ],
    [
      'a candidate that cannot be used has no image',
      'candidate',
      { platform: 'linux/arm64', unusable: 'no index' },
      { platforms: 'linux/arm64', unusable: 'no index' },
    ],
    ['a candidate that was not in quarantine is as it was', 'candidate', { sequence: 3 }, { sequence: 3 }],
    [
      'a candidate that has its images keeps them',
      'candidate',
      { platforms: 'linux/amd64, linux/arm64', subject: 's', images: ['a', 'b'] },
      { platforms: 'linux/amd64, linux/arm64', subject: 's', images: ['a', 'b'] },
    ],
    ['evidence has no task', 'evidence', { nonce: 'n', task: 'repo:acb.yaml' }, { nonce: 'n' }],
    ['a promotion has the layers of one image', 'promotion', { layers: ['a', 'b'] }, { layers: [['a', 'b']] }],
    ['a promotion of several images keeps theirs', 'promotion', { layers: [['a'], ['b']] }, { layers: [['a'], ['b']] }],
    // An image without layers would be what everything stands on.
    ['a promotion without layers proves nothing', 'promotion', { layers: [] }, { layers: [] }],
  ])('%s', (_, kind, columns, expected) => {
    expect(up(kind, columns)).toEqual(expected);
  });

  it('what is no row is left to whoever reads it', () => {
    expect(upgrade('candidate', { from: 1, to: SCHEMA }, 'text')).toBe('text');
  });

  it('a row of today is as it was written', () => {
    const written = { platform: 'a column of another meaning' };

    expect(upgrade('candidate', { from: SCHEMA, to: SCHEMA }, written)).toBe(written);
  });
});

describe('a row of a later schema', () => {
  const later = { open: true, schema: SCHEMA + 1, data: { ...newGate, hold: 'in another shape' } };
  const told = tell('held', { at: 1, by: 'somebody', subject: 'everything', what: 'held', why: 'why', data: {} });

  it('is refused by its name, with what to do', () => {
    const row = { key: GATE, etag: 'e', ...later };

    expect(() => parseRow(row, gateRow)).toThrow(UnreadableRow);
    expect(() => parseRow(row, gateRow)).toThrow(
      `ledger row "gate" has schema ${SCHEMA + 1}, this version reads up to ${SCHEMA}; deploy the newer version again`,
    );
  });

  it.each([
    ['a hold on everything', 'gates', '(everything)', 'hold', writeHoldOnEverything, readHoldOnEverything],
    ['a freeze of everything', 'gates', '(everything)', 'freeze', writeFreezeOnEverything, readFreezeOnEverything],
  ] as const)('that is %s is not written over', async (_, table, partition, key, write, read) => {
    const ledger = fakeLedger();
    await ledger.write(table, partition, [{ kind: 'put', key, ifMatch: 'new', ...later }]);

    await expect(write(ledger, undefined, told)).rejects.toThrow(UnreadableRow);

    expect(ledger.dump(table, partition)).toEqual({ [key]: later.data });
    await expect(read(ledger)).rejects.toThrow(UnreadableRow);
  });

  it('that says how the last sweep ended is not written over', async () => {
    const ledger = fakeLedger();
    await ledger.write('gates', '(sweep)', [{ kind: 'put', key: 'sweep', ifMatch: 'new', ...later }]);

    await expect(writeSweep(ledger, { endedAt: 1, gates: 0, started: [], ended: [], problems: [] })).rejects.toThrow(
      UnreadableRow,
    );

    expect(ledger.dump('gates', '(sweep)')).toEqual({ sweep: later.data });
  });
});

it('says of a row that makes no sense which it is, what is wrong with it and what to do', () => {
  const row = { key: GATE, etag: 'e', open: true, schema: 1, data: { ...newGate, sequence: 'seven' } };

  expect(() => parseRow(row, gateRow)).toThrow(
    /^ledger row "gate" \(schema 1\) cannot be read: .*number.*\n.*sequence/s,
  );
  expect(() => parseRow(row, gateRow)).toThrow('deploy the version that wrote it again, or restore the row');
});
