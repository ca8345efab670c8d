/** Thousands of drawn states of a gate with what is decided about each, and how a law is asked of all of them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import { approvalStates, gateStates } from './gate-arbitrary.ts';
import { NOW } from './gate-builders.ts';

export type Promote = Extract<GateAction, { kind: 'promote' }>;
type Holds = (state: GateState, action: GateAction) => void;

/** Drawn once, for all the laws; other ones each time. */
const SEED = Date.now() % 2 ** 31;

const sampled = (states: fc.Arbitrary<GateState>, numRuns: number) => ({
  states,
  decided: fc
    .sample(states, { numRuns, seed: SEED })
    .map((state) => ({ state, action: nextGateAction(structuredClone(state), NOW) })),
});

const any = sampled(gateStates, 2_500);
export const ofApproval = sampled(approvalStates, 1_500);

/** What does not hold of one of them is asked of all once more, from the same seed, for the smallest state of which it does not. */
export function everyState(holds: Holds, { states, decided } = any): void {
  try {
    for (const { state, action } of decided) holds(state, action);
  } catch (error) {
    fc.assert(
      fc.property(states, (state) => holds(state, nextGateAction(state, NOW))),
      { numRuns: decided.length, seed: SEED },
    );
    throw error;
  }
}

/** Every promotion whose stable tag has not moved: after the move it is only completed. */
export function everyPromotion(holds: (state: GateState, action: Promote) => void, sample = any): void {
  let promotions = 0;
  everyState((state, action) => {
    if (action.kind !== 'promote' || hasMoved(state)) return;
    promotions += 1;
    holds(state, action);
  }, sample);
  expect(promotions).toBeGreaterThan(50);
}

export const askedAgain = ({ standing }: GateState): Candidate[] => (standing?.again ? [standing] : []);

/** Those that nobody has lifted. */
export const standing = ({ recalled = [] }: GateState) => recalled.filter(({ lifted }) => lifted === undefined);

export const isRecalled = (state: GateState): boolean =>
  standing(state).some(({ digest, subject }) => digest === state.current?.digest || subject === state.current?.subject);

/** The stable tag names what was intended, and named something else before. */
export function hasMoved({ intention, stable, current, adopted }: GateState): boolean {
  const before = current?.subject ?? adopted;
  return (
    intention !== undefined && before !== undefined && before !== intention.subject && stable === intention.subject
  );
}
