/** The promotions of a gate, newest first: a decision that needs a few of them does not read years. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPromotions } from '../../../shared/ledger/gate-book.ts';
import { GATE, newGate, promotionKey } from '../../../shared/ledger/gate-rows.ts';
import { put } from '../../../shared/ledger/rows.ts';
import { fakeLedger, type FakeLedger } from '../../fakes/ledger.ts';
import { A, subjectOf } from '../domain/gate-builders.ts';

/** A gate that has seen `seen` candidates and promoted those with these numbers. */
async function gateThatPromoted(seen: number, numbers: number[]): Promise<FakeLedger> {
  const ledger = fakeLedger();
  await ledger.write('gates', 'node', [put(GATE, undefined, { ...newGate, sequence: seen })]);
  for (const sequence of numbers) {
    const promotion = { digest: A, subject: subjectOf(A), sequence, unique: `22-${sequence}`, at: 1, layers: [] };
    await ledger.write('gates', 'node', [put(promotionKey(sequence), undefined, promotion, { open: false })]);
  }
  ledger.calls.length = 0;
  return ledger;
}

const numbersOf = async (ledger: FakeLedger, most: number) =>
  (await readPromotions(ledger, 'node', { most })).map(({ sequence }) => sequence);

const everyNumber = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('the newest promotions of a gate', () => {
  it('are found wherever they are among the numbers, exactly so many', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 40 });
    return fc.assert(
      fc.asyncProperty(numbers, fc.nat(50), fc.integer({ min: 1, max: 60 }), async (promoted, since, most) => {
        const ledger = await gateThatPromoted(Math.max(0, ...promoted) + since, promoted);

        const newestFirst = promoted.toSorted((a, b) => b - a);
        expect(await numbersOf(ledger, most)).toEqual(newestFirst.slice(0, most));
        expect(await numbersOf(ledger, Infinity)).toEqual(newestFirst);
      }),
      { numRuns: 50 },
    );
  });

  it('are read with one question when each candidate was promoted', async () => {
    const ledger = await gateThatPromoted(200, everyNumber(200));

    expect(await numbersOf(ledger, 3)).toEqual([200, 199, 198]);

    const asked = ledger.calls.filter(({ method }) => method === 'rows').map(({ arguments: [, , range] }) => range);
    expect(asked).toEqual([{ from: promotionKey(198), to: 'promotion;' }]);
  });

  it('include one that was completed after the number of the gate was read', async () => {
    const ledger = await gateThatPromoted(4, [3, 4, 5]);

    expect(await numbersOf(ledger, 2)).toEqual([5, 4]);
  });

  it('are none where nothing was promoted, and there may be no gate yet', async () => {
    expect(await numbersOf(await gateThatPromoted(90, []), 5)).toEqual([]);
    expect(await numbersOf(fakeLedger(), 5)).toEqual([]);
  });
});
