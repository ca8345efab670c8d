/** What a gate reads of its ledger does not grow with its promotions, and as little as can be with the candidates that it has settled. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readGateRow } from '../../shared/ledger/gate-book.ts';
import { GATE } from '../../shared/ledger/gate-rows.ts';
import { put } from '../../shared/ledger/rows.ts';
import { readingOf, yearsOf, type Reading } from '../fixtures/years.ts';
import { blue, gateWorld, green, MINUTE, type GateWorld } from './gate-world.ts';

const CANDIDATES = 100;
const PROMOTIONS = 500;
/** One check each. */
const SETTLED_ROWS = 2 * CANDIDATES;
/** What is open, and what a world of one gate has beside that. */
const FEW = 20;

let world: GateWorld;
/** Of each activity, in order. */
let read: [activity: string, reading: Reading][];

beforeEach(async () => {
  let since: (() => Reading) | undefined;
  read = [];
  world = gateWorld(
    {},
    {
      async wrap(name, run) {
        const answer = await run();
        if (since) read.push([name, since()]);
        return answer;
      },
    },
  );
  world.push(blue);
  await world.wake('runGate', 'node');
  world.endCheck(0);
  await world.pass(MINUTE);
  await yearsOf(world.ports.ledger, 'node', { candidates: CANDIDATES, promotions: PROMOTIONS });
  const row = await readGateRow(world.ports.ledger, 'node');
  if (!row) throw new Error('the gate has no row yet');
  await world.ports.ledger.write('gates', 'node', [put(GATE, row, { ...row.value, sequence: PROMOTIONS })]);
  since = readingOf(world.ports.ledger);
});
afterEach(() => world.close());

const scanned = (name: string): number[] =>
  read.filter(([activity]) => activity === name).map(([, reading]) => reading.scanned);

it('goes once through what is settled while it watches a check, and not through the promotions', async () => {
  world.push(green);
  await world.wake('runGate', 'node');
  read.length = 0;

  await world.pass(20_000);

  expect(read.length).toBeGreaterThan(2);
  expect(new Set(read.map(([activity]) => activity))).toEqual(new Set(['lookAtGate']));
  for (const rows of scanned('lookAtGate')) expect(rows).toBeLessThan(SETTLED_ROWS + FEW);
});

it('goes through it once more when it was at rest, and rests without', async () => {
  await world.wake('runGate', 'node');

  expect(read.map(([activity]) => activity)).toEqual(['lookAtGate', 'restGate']);
  expect(scanned('lookAtGate')[0]).toBeLessThan(2 * (SETTLED_ROWS + FEW));
  expect(scanned('restGate')[0]).toBeLessThan(FEW);
});

it('reads the rows of a promotion by their keys, once it has begun', async () => {
  world.push(green);
  await world.wake('runGate', 'node');
  read.length = 0;
  world.endCheck(0);

  await world.pass(MINUTE);

  const begun = read.findIndex(([activity]) => activity === 'beginPromotion');
  const completed = read.findIndex(([activity]) => activity === 'completePromotion');
  const steps = read.slice(begun + 1, completed + 1).filter(([activity]) => activity !== 'lookAtGate');
  expect(steps.length).toBeGreaterThan(7);
  for (const [activity, reading] of steps) expect([activity, reading.scanned < FEW]).toEqual([activity, true]);
});

it('is swept by two questions for one row each', async () => {
  await world.wake('sweep', '');

  expect(read.find(([activity]) => activity === 'sweepGates')).toEqual([
    'sweepGates',
    { gets: 2, lists: 0, scanned: 0, rows: 0 },
  ]);
});
