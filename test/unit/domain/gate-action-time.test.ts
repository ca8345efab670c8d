/** What a candidate of a gate waits for that time or people end: the soak, freezes, overrides and the fast lane. */
import { describe, expect, test } from 'vitest';
import type { PersonFreeze } from '../../../shared/domain/freeze.ts';
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import type { Override } from '../../../shared/domain/gate-state.ts';
import { freeze } from '../../../shared/domain/policy/freeze-window.ts';
import { A, candidate, done, gate, intention, manual, MINUTE, NOW, running, subjectOf } from './gate-builders.ts';
import { held, heldReason, promote, rejected, type Row } from './gate-rows.ts';

const checks = [{ name: 'functional', hash: 'today' }];
const soak: GatePolicy = { checks, soakMs: 90 * MINUTE };
/** NOW is a Monday at 10:00 in UTC. */
const frozenMonday: GatePolicy = { checks, soakMs: 0, freeze: freeze.parse([{ from: 'Fri 16:00', to: 'Mon 12:00' }]) };
const person: PersonFreeze = { by: 'ada', why: 'black friday', at: NOW - MINUTE, until: NOW + 60 * MINUTE };

const override = (skip: Override['skip']): Override => ({ skip, by: 'ada', why: 'hotfix', at: NOW - MINUTE });
const agreed = (skip: Override['skip']): Override => ({
  ...override(skip),
  agreed: { by: 'bob', why: 'yes', at: NOW },
});

const soaking: GateAction = { kind: 'rest', reason: { kind: 'soaking' }, dueAt: NOW + 30 * MINUTE, digest: A };
const frozen: GateAction = {
  kind: 'rest',
  reason: { kind: 'frozen', why: 'by the policy: Fri 16:00 to Mon 12:00 (UTC)' },
  dueAt: NOW + 120 * MINUTE,
  digest: A,
};

const decides = (rows: Row[]) =>
  test.each(rows)('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));

describe('the soak', () => {
  decides([
    ['is waited for, from when the digest was seen', gate({ policy: soak }), soaking],
    ['is over when it has been seen for so long', gate({ policy: { ...soak, soakMs: 60 * MINUTE } }), promote()],
    ['is waited for also by what a person asked for', gate({ policy: soak, open: [candidate({ manual })] }), soaking],
    [
      'begins anew with each sighting',
      gate({ policy: { ...soak, soakMs: 60 * MINUTE }, open: [candidate({ seenSince: NOW - 59 * MINUTE })] }),
      { ...soaking, dueAt: NOW + MINUTE },
    ],
    [
      'comes after the checks',
      gate({ policy: soak, open: [candidate({ evidence: { functional: done('fail') } })] }),
      rejected({ kind: 'check-failed', checks: ['functional'], details: ['said fail'] }),
    ],
  ]);
});

describe('a freeze', () => {
  decides([
    ['of the policy is waited for', gate({ policy: frozenMonday }), frozen],
    [
      'of a person is waited for',
      gate({ freeze: person }),
      { ...frozen, reason: { kind: 'frozen', why: 'by ada: black friday' }, dueAt: person.until },
    ],
    [
      'of both ends with the later',
      gate({ policy: frozenMonday, freeze: person }),
      { ...frozen, reason: { kind: 'frozen', why: 'by ada: black friday' } },
    ],
    ['of a person that is over is none', gate({ freeze: { ...person, until: NOW } }), promote()],
    [
      'lets the checks go on',
      gate({ policy: frozenMonday, open: [candidate({ evidence: { functional: running() } })] }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'says nothing while it is held: the hold has no end',
      gate({ policy: frozenMonday, hold: held }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
    [
      'drops a promotion before the stable tag has moved',
      gate({ policy: frozenMonday, intention: intention(A, 1) }),
      { kind: 'drop', attempt: 7, reason: { kind: 'frozen', why: 'by the policy: Fri 16:00 to Mon 12:00 (UTC)' } },
    ],
    [
      'does not stop what the stable tag names already',
      gate({ policy: frozenMonday, intention: intention(A, 1), adopted: 'none', stable: subjectOf(A) }),
      promote(),
    ],
  ]);
});

describe('an override', () => {
  const both = { ...frozenMonday, soakMs: 90 * MINUTE };
  decides([
    [
      'does nothing before a second person agrees',
      gate({ policy: soak, open: [candidate({ overrides: [override('soak')] })] }),
      soaking,
    ],
    [
      'of the soak skips the soak',
      gate({ policy: soak, open: [candidate({ overrides: [agreed('soak')] })] }),
      promote(),
    ],
    ['of the soak skips no freeze', gate({ policy: both, open: [candidate({ overrides: [agreed('soak')] })] }), frozen],
    [
      'of the freeze skips no soak',
      gate({ policy: both, open: [candidate({ overrides: [agreed('freeze')] })] }),
      soaking,
    ],
    [
      'of the freeze skips the windows of the policy',
      gate({ policy: frozenMonday, open: [candidate({ overrides: [agreed('freeze')] })] }),
      promote(),
    ],
    [
      'of the freeze skips a person’s freeze',
      gate({ freeze: person, open: [candidate({ overrides: [agreed('freeze')] })] }),
      promote(),
    ],
    [
      'of both skips both',
      gate({ policy: both, open: [candidate({ overrides: [agreed('freeze'), agreed('soak')] })] }),
      promote(),
    ],
    [
      'skips no hold',
      gate({ policy: both, hold: held, open: [candidate({ overrides: [agreed('freeze'), agreed('soak')] })] }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
    [
      'skips no check',
      gate({ policy: both, open: [candidate({ evidence: {}, overrides: [agreed('freeze'), agreed('soak')] })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 1, tries: 1 }] },
    ],
  ]);
});
