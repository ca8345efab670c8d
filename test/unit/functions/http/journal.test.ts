/** The journal, read back newest first and in pages; and pages of candidates. */
import { beforeEach, describe, expect, it } from 'vitest';
import { writeJournal, type JournalEntry } from '../../../../shared/ledger/journal-book.ts';
import { digestOf, NOW } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

const DAY = 86_400_000;
const today = Date.now();

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

let written = 0;
const write = (entry: Partial<JournalEntry>) =>
  writeJournal(
    world.ledger,
    { at: today, by: 'runGate', subject: 'node', what: 'sighted', why: 'it is there', data: {}, ...entry },
    { partition: 'node', name: `entry-${written++}` },
  );
const read = (query = '') => call(world, 'readJournal', query ? { query } : {});
const whats = (json: Record<string, unknown>) => (json['entries'] as { what: string }[]).map(({ what }) => what);

/** Every page, by its `next`, as a client reads them. */
async function readAll(query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let wanted: string | undefined = query; wanted !== undefined;) {
    const { json }: Awaited<ReturnType<typeof call>> = await read(wanted);
    pages.push(whats(json));
    wanted = json['next'] === undefined ? undefined : new URL(String(json['next']), 'http://localhost').search.slice(1);
    if (pages.length > 20) throw new Error('the pages never end');
  }
  return pages;
}

describe('GET journal', () => {
  it('says who did what and why, newest first, back from today', async () => {
    await write({ what: 'older', at: today - 3 * DAY });
    await write({ what: 'promoted', at: today - 1, data: { sequence: 7 } });
    await write({ what: 'hold', by: 'ada', why: 'incident', at: today });

    const { status, json } = await read('limit=2');

    expect(status).toBe(200);
    expect(json['entries']).toEqual([
      { at: new Date(today).toISOString(), by: 'ada', subject: 'node', what: 'hold', why: 'incident', data: {} },
      {
        at: new Date(today - 1).toISOString(),
        by: 'runGate',
        subject: 'node',
        what: 'promoted',
        why: 'it is there',
        data: { sequence: 7 },
      },
    ]);
    expect(json['next']).toMatch(/^\/api\/journal\?limit=2&after=/);
  });

  it('says every entry once, over its pages and over days', async () => {
    for (let at = 0; at < 7; at++) await write({ what: `w${at}`, at: today - at * 8 * 3_600_000 });

    const pages = await readAll('limit=3');

    expect(pages.filter((page) => page.length > 0)).toEqual([['w0', 'w1', 'w2'], ['w3', 'w4', 'w5'], ['w6']]);
  });

  it('says every entry once also where many are of one moment', async () => {
    for (let at = 0; at < 5; at++) await write({ what: `w${at}` });

    const pages = await readAll('limit=2');

    expect(pages.flat().toSorted()).toEqual(['w0', 'w1', 'w2', 'w3', 'w4']);
  });

  it('is of one day, and ends with it', async () => {
    await write({ what: 'that day', at: NOW });
    await write({ what: 'the day before', at: NOW - DAY });

    const { json } = await read('day=2026-03-02');

    expect(whats(json)).toEqual(['that day']);
    expect(json).not.toHaveProperty('next');
  });

  it('is filtered by subject, by what happened and by who did it, and its pages keep the filters', async () => {
    await write({ what: 'hold', by: 'ada', subject: 'web' });
    await write({ what: 'hold', by: 'ada', subject: 'node', at: today - 1 });
    await write({ what: 'hold', by: 'bob', subject: 'node', at: today - 2 });
    await write({ what: 'resume', by: 'ada', subject: 'node', at: today - 3 });
    await write({ what: 'hold', by: 'ada', subject: 'node', why: 'the second', at: today - 4 });

    const first = (await read('subject=node&what=hold&by=ada&limit=1')).json;
    const { search } = new URL(String(first['next']), 'http://localhost');
    const second = (await read(search.slice(1))).json;

    expect(first['entries']).toMatchObject([{ at: new Date(today - 1).toISOString() }]);
    expect(second['entries']).toMatchObject([{ why: 'the second' }]);
  });

  it('is empty where nothing happened', async () => {
    expect((await read('day=2026-03-02')).json).toEqual({ entries: [] });
  });

  it.each<[query: string, detail: string]>([
    ['day=yesterday', 'day: write a day as 2026-01-31'],
    ['day=2026-02-30', 'day: '],
    ['limit=1000', 'limit: '],
    ['after=e30', 'is no cursor of this list'],
    ['subject=', 'subject: '],
    ['gate=node', 'its parameters are: day, subject, what, by, limit, after'],
  ])('refuses ?%s', async (query, detail) => {
    const { status, json } = await read(query);

    expect(status).toBe(400);
    expect(json['detail']).toContain(detail);
  });
});

describe('GET candidates', () => {
  const list = (query = '') => call(world, 'listCandidates', { params: { gate: 'node' }, ...(query ? { query } : {}) });
  const sequences = (json: Record<string, unknown>) =>
    (json['candidates'] as { sequence: number }[]).map(({ sequence }) => sequence);

  beforeEach(async () => {
    for (const [index, hex] of ['a', 'b', 'c', 'd', 'e'].entries())
      await world.setCandidate({ digest: digestOf(hex), sequence: index + 1 });
  });

  it('are in pages, newest first', async () => {
    const first = (await list('limit=2')).json;
    const { pathname, search } = new URL(String(first['next']), 'http://localhost');
    const second = (await list(search.slice(1))).json;

    expect(pathname).toBe('/api/gates/node/candidates');
    expect([sequences(first), sequences(second)]).toEqual([
      [5, 4],
      [3, 2],
    ]);
  });

  it('are no others when one is sighted between two pages', async () => {
    const first = (await list('limit=2')).json;
    await world.setCandidate({ digest: digestOf('f'), sequence: 6 });

    const second = (await list(new URL(String(first['next']), 'http://localhost').search.slice(1))).json;

    expect(sequences(second)).toEqual([3, 2]);
  });

  it('end with the last page', async () => {
    const { json } = await list();

    expect(sequences(json)).toEqual([5, 4, 3, 2, 1]);
    expect(json).not.toHaveProperty('next');
  });

  it('of a gate that is not there are a 404', async () => {
    expect((await call(world, 'listCandidates', { params: { gate: 'nod' } })).status).toBe(404);
  });

  it('are refused for what is no cursor', async () => expect((await list('after=1')).status).toBe(400));
});
