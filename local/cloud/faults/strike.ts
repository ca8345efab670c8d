/** Whether a rule is for a request, and whether it strikes this time: pure, so that a run with the same seed can be repeated. */
import { matchesGlob } from '../glob.ts';
import type { Asked } from './asked.ts';
import type { Rule } from './rules.ts';

export function isFor({ service, registry, operation }: Rule, asked: Asked): boolean {
  return (
    (service === '*' || asked.services.includes(service)) &&
    (registry === undefined || registry.toLowerCase() === asked.registry?.toLowerCase()) &&
    matchesGlob(operation, asked.operation)
  );
}

export interface Draw {
  seed: number;
  /** Place of the rule in the plan. */
  rule: number;
  /** How many requests it was for before this one. */
  before: number;
}

export function strikes({ rate, next }: Rule, draw: Draw): boolean {
  if (next !== undefined) return draw.before < next;
  return randomShare(draw) < (rate ?? 0);
}

/** From 0 to 1, without 1, and the same for the same draw. The mixing is that of splitmix32. */
export function randomShare({ seed, rule, before }: Draw): number {
  let state = (seed ^ Math.imul(rule + 1, 0x85ebca6b)) + Math.imul(before + 1, 0x9e3779b9);
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}
