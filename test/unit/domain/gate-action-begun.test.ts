import { describe, expect, test } from 'vitest';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { GateState } from '../../../shared/domain/gate-state.ts';
import { A, B, C, candidate, gate, intention, NOW, promotion, sighted, subjectOf } from './gate-builders.ts';
import { busy, held, heldReason, inTrouble, promote, type Row } from './gate-rows.ts';

/** The stable tag names the current promotion of B, and A is next. */
const after = (change: Partial<GateState> = {}) => gate({ current: promotion(B, 0), stable: subjectOf(B), ...change });

describe('a promotion that was begun', () => {
  test.each<Row>([
    ['is resumed while everything still says promote', gate({ intention: intention(A, 1) }), promote()],
    [
      'is completed once the stable tag has moved, even if it is held since',
      after({ intention: intention(A, 1), stable: subjectOf(A), hold: held }),
      promote(),
    ],
    [
      'is completed once the stable tag has moved from what was adopted',
      gate({ intention: intention(A, 1), adopted: subjectOf(C), stable: subjectOf(A), hold: held }),
      promote(),
    ],
    [
      'is completed once the stable tag, of which nothing was adopted, is there',
      gate({ intention: intention(A, 1), adopted: 'none', stable: subjectOf(A), hold: held }),
      promote(),
    ],
    [
      'is completed once the stable tag has moved, even if its candidate was settled',
      after({ intention: intention(A, 1), stable: subjectOf(A), open: [] }),
      promote(),
    ],
    [
      'rests in trouble after the stable tag has moved, and is tried again then',
      after({ intention: intention(A, 1), stable: subjectOf(A), open: [candidate({ trouble: busy })] }),
      inTrouble(),
    ],
    [
      'is completed when the trouble has rested',
      after({
        intention: intention(A, 1),
        stable: subjectOf(A),
        open: [candidate({ trouble: { ...busy, retryAt: NOW } })],
      }),
      promote(),
    ],
    [
      'is dropped when it is held before the stable tag has moved',
      after({ intention: intention(A, 1), hold: held }),
      { kind: 'drop', attempt: 7, reason: heldReason },
    ],
    [
      'is dropped when its candidate was aborted, with who and why',
      gate({ intention: intention(A, 1), open: [candidate({ aborted: { by: 'ada', why: 'wrong' } })] }),
      { kind: 'drop', attempt: 7, reason: { kind: 'aborted', by: 'ada', why: 'wrong' } },
    ],
    [
      'is dropped when a check is of another hash now',
      gate({ intention: intention(A, 1), policy: { checks: [{ name: 'functional', hash: 'new' }], soakMs: 0 } }),
      { kind: 'drop', attempt: 7, reason: { kind: 'nothing-to-do' } },
    ],
    [
      'is dropped when its candidate has another number now',
      gate({ intention: intention(A, 1), open: [candidate({ sequence: 3 })], latestSighting: 3 }),
      { kind: 'drop', attempt: 7, reason: { kind: 'nothing-to-do' } },
    ],
    [
      'is dropped when its candidate was settled',
      gate({ intention: intention(A, 1), open: [] }),
      { kind: 'drop', attempt: 7, reason: { kind: 'nothing-to-do' } },
    ],
    [
      'does not count as moved when the current promotion has the same subject',
      gate({
        current: { ...promotion(B, 0), subject: subjectOf(A) },
        stable: subjectOf(A),
        intention: intention(A, 1),
        hold: held,
      }),
      { kind: 'drop', attempt: 7, reason: heldReason },
    ],
    [
      'does not count as moved when the stable tag named the subject before the first promotion',
      gate({ adopted: subjectOf(A), stable: subjectOf(A), intention: intention(A, 1), hold: held }),
      { kind: 'drop', attempt: 7, reason: heldReason },
    ],
    [
      'does not count as moved before it was looked at what the stable tag named',
      gate({ stable: subjectOf(A), intention: intention(A, 1), hold: held }),
      { kind: 'drop', attempt: 7, reason: heldReason },
    ],
    [
      'goes before followers and every other candidate',
      gate({
        intention: intention(A, 1),
        followersDue: true,
        open: [candidate(), sighted({ digest: B, sequence: 1 })],
      }),
      promote(),
    ],
  ])('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));
});

describe('followers', () => {
  test.each<Row>([
    ['of a completed promotion are asked', after({ followersDue: true, open: [] }), { kind: 'follow' }],
    ['are asked before the next candidate is promoted', after({ followersDue: true }), { kind: 'follow' }],
  ])('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));
});
