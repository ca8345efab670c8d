/** What a function of a template is, and how it takes its arguments: Go converts none, and says which one is of the wrong kind. */
import { kindOf, type Value } from '../value.ts';

export type TemplateFunction = (...given: Value[]) => Value;

/** What is wrong with the arguments of a function; whoever calls it knows its name. */
export class ArgumentProblem extends Error {
  readonly code = 'ArgumentProblem';
}

/** A function of a fixed number of arguments. */
export const takes =
  (count: number, act: (...given: Value[]) => Value): TemplateFunction =>
  (...given) => {
    if (given.length === count) return act(...given);
    throw new ArgumentProblem(`wrong number of args: want ${count} got ${given.length}`);
  };

export function stringOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw wrong('string', value);
}

export function integerOf(value: Value): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw wrong('int', value);
}

export function listOf(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  throw wrong('list', value);
}

export const wrong = (expected: string, value: Value): ArgumentProblem =>
  new ArgumentProblem(`wrong type for value; expected ${expected}; got ${kindOf(value)}`);
