/** The cost sheet says how it is reckoned: whoever follows a formula with its own words and units comes to the dollars beside it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../local/layout.ts';

const SIZES = [10, 100, 1000];
/** In the units of the prices: seconds, GB, vCPUs, one of each. */
const UNITS: [RegExp, string][] = [
  [/ (GB-s|a GB|GB|vCPU|s|h|days( kept)?|months kept|a day)\b/g, ''],
  [/ ms\b/g, ' / 1000'],
  [/ MB\b/g, ' / 1000'],
  [/ KB\b/g, ' / 1000000'],
  [/ for 10,000\b/g, ' / 10000'],
  [/ a million\b/g, ' / 1000000'],
  [/\$/g, ''],
];

const page = await readFile(join(repositoryRoot, 'docs/costs.md'), 'utf8');
const rows = [...page.matchAll(/^\| ([^|*]+?) +\|([^|]+)\|([^|]+)\|([^|]+)\| (.+?) +\|$/gm)]
  .map(([, what = '', ...cells]) => ({ what, dollars: cells.slice(0, 3), formula: cells[3] ?? '' }))
  .filter(({ formula }) => /\d/.test(formula));

it('has formulas for what is open and for what is closed to the public network', () => {
  expect(rows.length).toBeGreaterThan(15);
});

describe.each(rows)('$what', ({ formula, dollars }) => {
  it.each(SIZES)('costs what its formula says, with %i gates', (gates) => {
    const said = Number(dollars[SIZES.indexOf(gates)]?.trim().replaceAll(',', ''));

    const reckoned = reckon(formula, gates);

    expect(Math.abs(reckoned - said)).toBeLessThanOrEqual(reckoned < 1 ? 0.005 : 0.5);
  });
});

/** "x, beyond n, × p" is what goes beyond n; parts after a semicolon are added, and one without a number is a remark. */
function reckon(formula: string, gates: number): number {
  const names: Record<string, number> = { gates };
  for (const [, name = '', said = ''] of page.matchAll(/^- (\w+) = (.+)$/gm)) names[name] = evaluate(said, names);
  const parts = formula.split('; ').filter((part) => /\d/.test(part));
  return parts.reduce((sum, part) => sum + reckonPart(UNITS.reduce((text, unit) => text.replace(...unit), part)), 0);

  function reckonPart(part: string): number {
    const [, amount, free, price] = /^(.+?),? beyond (.+?), × (.+)$/.exec(part) ?? [];
    if (amount === undefined || free === undefined || price === undefined) return evaluate(part, names);
    return Math.max(0, evaluate(amount, names) - evaluate(free, names)) * evaluate(price, names);
  }
}

/** Sums, products and quotients of numbers and names; round brackets, and ⌈⌉ for the next whole number. */
function evaluate(text: string, names: Record<string, number>): number {
  const tokens = text.match(/[\d.]+|\w+|[+×/()⌈⌉]/gu) ?? [];
  const take = () => tokens.shift() ?? '';
  const value = sum();
  if (tokens.length > 0 || /[^\w\s.+×/()⌈⌉]/u.test(text)) throw new Error(`no formula: ${text}`);
  return value;

  function sum(): number {
    let total = product();
    while (tokens[0] === '+') {
      take();
      total += product();
    }
    return total;
  }
  function product(): number {
    let total = factor();
    while (tokens[0] === '×' || tokens[0] === '/') total = take() === '×' ? total * factor() : total / factor();
    return total;
  }
  function factor(): number {
    const token = take();
    if (token === '(' || token === '⌈') {
      const inner = sum();
      take();
      return token === '⌈' ? Math.ceil(inner) : inner;
    }
    const value = names[token] ?? Number(token);
    if (token === '' || Number.isNaN(value)) throw new Error(`"${token}" is neither a number nor explained: ${text}`);
    return value;
  }
}
