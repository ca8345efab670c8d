/** The functions of text/template that judge: comparisons, `not`, and what sprig adds for values that may be missing. */
import { isTrue, kindOf, type Value } from '../value.ts';
import { ArgumentProblem, takes, wrong, type TemplateFunction } from './arguments.ts';

export const compareFunctions: Record<string, TemplateFunction> = {
  not: takes(1, (value) => !isTrue(value)),
  /** True when the first is one of the others. */
  eq: (first, ...others) => {
    if (others.length === 0) throw new ArgumentProblem('missing argument for comparison');
    return others.some((other) => equal(first, other));
  },
  ne: takes(2, (a, b) => !equal(a, b)),
  lt: takes(2, (a, b) => order(a, b) < 0),
  le: takes(2, (a, b) => order(a, b) <= 0),
  gt: takes(2, (a, b) => order(a, b) > 0),
  ge: takes(2, (a, b) => order(a, b) >= 0),

  /** `{{ .Values.x | default "y" }}`: sprig takes the fallback first. */
  default: (fallback, ...given) => (given.length === 0 || !isTrue(given[0]) ? fallback : given[0]),
  empty: takes(1, (value) => !isTrue(value)),
  coalesce: (...given) => given.find(isTrue),
  ternary: takes(3, (whenTrue, whenFalse, condition) => {
    if (typeof condition !== 'boolean') throw wrong('bool', condition);
    return condition ? whenTrue : whenFalse;
  }),
};

function equal(a: Value, b: Value): boolean {
  const [nothingA, nothingB] = [a, b].map((value) => value === undefined || value === null);
  if (nothingA || nothingB) return nothingA === nothingB;
  comparable(a, b);
  return a === b;
}

function order(a: Value, b: Value): number {
  comparable(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  throw new ArgumentProblem('invalid type for comparison');
}

function comparable(a: Value, b: Value): void {
  const scalar = (value: Value) => ['string', 'number', 'boolean'].includes(typeof value);
  if (!scalar(a) || !scalar(b)) throw new ArgumentProblem('invalid type for comparison');
  if (typeof a !== typeof b) {
    throw new ArgumentProblem(`incompatible types for comparison: ${kindOf(a)} and ${kindOf(b)}`);
  }
}
