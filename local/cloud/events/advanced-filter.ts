/**
 * Advanced filters of a subscription: what they may say, and which events meet them.
 *
 * https://learn.microsoft.com/azure/event-grid/event-filtering#advanced-filtering ; what that page leaves open is unverified: a number out of
 * ranges that is missing, and a value of another type, meet no filter.
 */
import { z } from 'zod';
import type { Published } from './event.ts';
import { ADVANCED_FILTERS } from './limits.ts';

const filter = <const O extends string, V extends z.ZodRawShape>(operators: readonly [O, ...O[]], values: V) =>
  z.strictObject({ operatorType: z.enum(operators), key: z.string().min(1), ...values });

const strings = { values: z.array(z.string().max(ADVANCED_FILTERS.valueLength)).min(1) };
const numbers = { values: z.array(z.number()).min(1) };
const ranges = { values: z.array(z.tuple([z.number(), z.number()])).min(1) };

const advancedFilter = z.discriminatedUnion('operatorType', [
  filter(['StringContains', 'StringBeginsWith', 'StringEndsWith', 'StringIn'], strings),
  filter(['StringNotContains', 'StringNotBeginsWith', 'StringNotEndsWith', 'StringNotIn'], strings),
  filter(['NumberIn', 'NumberNotIn'], numbers),
  filter(['NumberInRange', 'NumberNotInRange'], ranges),
  filter(['NumberLessThan', 'NumberLessThanOrEquals'], { value: z.number() }),
  filter(['NumberGreaterThan', 'NumberGreaterThanOrEquals'], { value: z.number() }),
  filter(['BoolEquals'], { value: z.boolean() }),
  filter(['IsNullOrUndefined', 'IsNotNull'], {}),
]);
export type AdvancedFilter = z.infer<typeof advancedFilter>;

const valuesIn = (filters: AdvancedFilter[]): number =>
  filters.reduce((sum, each) => sum + ('values' in each ? each.values.length : 1), 0);

export const advancedFilters = z
  .array(advancedFilter)
  .max(ADVANCED_FILTERS.filters)
  .refine(
    (filters) => valuesIn(filters) <= ADVANCED_FILTERS.values,
    `at most ${ADVANCED_FILTERS.values} values in all`,
  );

/** `onArrays`: the elements of an array are looked at; without it no filter is met by one. */
export function meets(filter: AdvancedFilter, event: Published['event'], { onArrays }: { onArrays: boolean }): boolean {
  const value = at(event, filter.key);
  const isMissing = value === undefined || value === null;
  if (filter.operatorType === 'IsNullOrUndefined') return isMissing;
  if (filter.operatorType === 'IsNotNull') return !isMissing;
  if (isMissing) return filter.operatorType === 'NumberNotIn' || filter.operatorType === 'StringNotIn';
  if (!Array.isArray(value)) return isMet(filter, [value]);
  return onArrays && isMet(filter, value);
}

/** Of the type that the filter compares with; elements of another one are passed over. */
function isMet(filter: AdvancedFilter, values: unknown[]): boolean {
  const texts = values.filter((value) => typeof value === 'string').map((value) => value.toLowerCase());
  const figures = values.filter((value) => typeof value === 'number');
  const anyText = (wanted: string[], test: (value: string, wanted: string) => boolean): boolean =>
    texts.some((value) => wanted.some((each) => test(value, each.toLowerCase())));
  const noText = (...of: Parameters<typeof anyText>): boolean => texts.length > 0 && !anyText(...of);
  const inRange = (wanted: [number, number][]): boolean =>
    figures.some((value) => wanted.some(([low, high]) => low <= value && value <= high));

  switch (filter.operatorType) {
    case 'StringContains':
      return anyText(filter.values, contains);
    case 'StringNotContains':
      return noText(filter.values, contains);
    case 'StringBeginsWith':
      return anyText(filter.values, beginsWith);
    case 'StringNotBeginsWith':
      return noText(filter.values, beginsWith);
    case 'StringEndsWith':
      return anyText(filter.values, endsWith);
    case 'StringNotEndsWith':
      return noText(filter.values, endsWith);
    case 'StringIn':
      return anyText(filter.values, isSame);
    case 'StringNotIn':
      return noText(filter.values, isSame);
    case 'NumberIn':
      return figures.some((value) => filter.values.includes(value));
    case 'NumberNotIn':
      return figures.length > 0 && !figures.some((value) => filter.values.includes(value));
    case 'NumberInRange':
      return inRange(filter.values);
    case 'NumberNotInRange':
      return figures.length > 0 && !inRange(filter.values);
    case 'NumberLessThan':
      return figures.some((value) => value < filter.value);
    case 'NumberLessThanOrEquals':
      return figures.some((value) => value <= filter.value);
    case 'NumberGreaterThan':
      return figures.some((value) => value > filter.value);
    case 'NumberGreaterThanOrEquals':
      return figures.some((value) => value >= filter.value);
    case 'BoolEquals':
      return values.includes(filter.value);
    case 'IsNullOrUndefined':
    case 'IsNotNull':
      return filter.operatorType === 'IsNotNull';
  }
}

const contains = (value: string, wanted: string): boolean => value.includes(wanted);
const beginsWith = (value: string, wanted: string): boolean => value.startsWith(wanted);
const endsWith = (value: string, wanted: string): boolean => value.endsWith(wanted);
const isSame = (value: string, wanted: string): boolean => value === wanted;

/** `data.target.tag`; names are compared without regard to case, as `Subject` and `Data.key` stand for `subject` and `data.key`. */
function at(event: unknown, key: string): unknown {
  let value = event;
  for (const name of key.toLowerCase().split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([each]) => each.toLowerCase() === name)?.[1];
  }
  return value;
}
