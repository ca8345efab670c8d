/** Lists, maps and whole numbers: `index` and `len` of text/template, and of sprig what task files use. */
import { isFields, kindOf, text as shownAs, type Value } from '../value.ts';
import { ArgumentProblem, integerOf, listOf, stringOf, takes, wrong, type TemplateFunction } from './arguments.ts';

export const collectionFunctions: Record<string, TemplateFunction> = {
  /** `index .Values "a-name"`, `index .Values.list 0`, and further in with each further argument. */
  index: (of, ...keys) => keys.reduce(item, of),
  len: takes(1, (value) => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (Array.isArray(value)) return value.length;
    if (isFields(value)) return Object.keys(value).length;
    throw new ArgumentProblem(`len of type ${kindOf(value)}`);
  }),
  list: (...items) => items,
  first: takes(1, (list) => listOf(list)[0]),
  last: takes(1, (list) => listOf(list).at(-1)),
  has: takes(2, (wanted, list) => listOf(list).includes(wanted)),
  join: takes(2, (separator, list) => {
    const items = Array.isArray(list) ? list : [list];
    return items
      .filter((each) => each !== undefined && each !== null)
      .map(shownAs)
      .join(stringOf(separator));
  }),
  splitList: takes(2, (separator, text) => stringOf(text).split(stringOf(separator))),

  add: (...numbers) => numbers.map(numberOf).reduce((sum, each) => sum + each, 0),
  sub: takes(2, (a, b) => numberOf(a) - numberOf(b)),
  mul: (...numbers) => numbers.map(numberOf).reduce((product, each) => product * each, 1),
  int: takes(1, numberOf),
};

function item(of: Value, key: Value): Value {
  if (Array.isArray(of)) {
    const at = integerOf(key);
    if (at < 0 || at >= of.length) throw new ArgumentProblem(`index out of range: ${at}`);
    return of[at];
  }
  if (isFields(of)) {
    const name = stringOf(key);
    return Object.hasOwn(of, name) ? of[name] : undefined;
  }
  if (of === undefined || of === null) throw new ArgumentProblem('index of untyped nil');
  throw new ArgumentProblem(`can't index item of type ${kindOf(of)}`);
}

/** Sprig takes text that is a number for the number, and any other text for 0. */
function numberOf(value: Value): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'string') return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
  if (value === undefined || value === null) return 0;
  throw wrong('int', value);
}
