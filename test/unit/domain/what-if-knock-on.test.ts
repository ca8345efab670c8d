/** What a promotion that another policy turns over does to the decisions after it. */
import { describe, expect, it } from 'vitest';
import { wantedPlatforms } from '../../../shared/domain/deciding-policy.ts';
import type { GatePolicy } from '../../../shared/domain/gate-state.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import type { RecordedCandidate, RecordedGate } from '../../../shared/domain/recorded.ts';
import { tag } from '../../../shared/domain/reference.ts';
import { whatIf } from '../../../shared/domain/what-if.ts';
import { A, B, candidate, done, MINUTE, NOW, subjectOf } from './gate-builders.ts';
import { REASONS } from './every-kind.ts';

const PLATFORMS = ['linux/amd64'];
const found = wantedPlatforms({ platforms: PLATFORMS, unchecked: [] });
const HOUR = 60 * MINUTE;
const unique = tag.parse('15-alpine-ca1');

const policyOf = (change: Partial<GatePolicy> = {}): GatePolicy => ({
  checks: [{ name: 'functional', hash: 'today' }],
  soakMs: 0,
  platforms: PLATFORMS,
  ...change,
});
const gateOf = (change: Partial<RecordedGate> = {}): RecordedGate => ({
  from: 'public.example.com/node:15-alpine',
  to: 'base.azurecr.io/node:15-alpine',
  policy: policyOf(),
  latestSighting: 1,
  ...change,
});
/** Passed, seen for an hour, and by default promoted now. */
const recorded = (change: Partial<RecordedCandidate> = {}): RecordedCandidate => ({
  ...candidate(change),
  platforms: found,
  ...change,
});
const settled = (outcome: Outcome, at = NOW) => ({ settled: { outcome, at } });

const flips = (policy: Partial<GatePolicy>, candidates: RecordedCandidate[], gate: Partial<RecordedGate> = {}) =>
  whatIf(gateOf(gate), candidates, { policy: policyOf(policy), now: NOW }).map(
    ({ kind, was, would }) => `${kind}: ${was}; ${would}`,
  );

const approval = { quorum: 1, role: 'release-manager' as const, expiresMs: HOUR };

describe('a promotion that turns over bears on what was decided after it:', () => {
  const scan = { checks: [{ name: 'scan', hash: 'scan' }] };
  const evidence = (functional: 'pass' | 'fail', scanned: 'pass' | 'fail', digest = subjectOf(A)) => ({
    functional: done(functional, { digest }),
    scan: done(scanned, { checkHash: 'scan', digest }),
  });
  const older = (change: Partial<RecordedCandidate> = {}) =>
    recorded({ evidence: evidence('pass', 'pass'), ...settled({ kind: 'superseded', by: 2 }, NOW), ...change });
  const newer = (change: Partial<RecordedCandidate> = {}) =>
    recorded({
      digest: B,
      subject: subjectOf(B),
      images: [{ platform: 'linux/amd64', digest: subjectOf(B) }],
      sequence: 2,
      evidence: evidence('pass', 'fail', subjectOf(B)),
      ...settled({ kind: 'promoted', unique }, NOW - MINUTE),
      ...change,
    });
  const rejected = settled({ kind: 'rejected', reason: REASONS['check-failed'] }, NOW - MINUTE);
  const keep = { whenReplaced: 'keep' as const };
  const today = { policy: policyOf(keep) };

  it('what it had overtaken is promoted', () => {
    expect(flips({ ...scan, ...keep }, [older(), newer()], today)).toEqual([
      'flips: was promoted as 15-alpine-ca1; would be rejected: check failed: scan (said fail)',
      'flips: was superseded by number 2; would be promoted, since number 2 would not have been promoted',
    ]);
  });

  it('unless the later sighting overtakes it all the same', () => {
    expect(flips(scan, [older(), newer()])).toEqual([
      'flips: was promoted as 15-alpine-ca1; would be rejected: check failed: scan (said fail)',
    ]);
  });

  it('what it would overtake is superseded', () => {
    const all = [
      older(settled({ kind: 'promoted', unique })),
      newer({ evidence: evidence('fail', 'pass', subjectOf(B)), ...rejected }),
    ];

    expect(flips({ ...scan, ...keep }, all, today)).toEqual([
      'flips: was rejected: check failed: functional (exit code 1); would be promoted',
      'flips: was promoted as 15-alpine-ca1; would be superseded by number 2, since number 2 would have been promoted',
    ]);
  });

  it('what is open is decided after it too', () => {
    const { settled: _, ...open } = older();
    const current = { digest: B, subject: subjectOf(B), sequence: 2, unique, at: NOW - MINUTE };

    expect(flips({ ...scan, ...keep }, [open, newer()], { ...today, current, latestSighting: 2 })).toContain(
      'flips: was superseded by number 2; would be promoted, since number 2 would not have been promoted',
    );
  });

  it('one that would only wait overtakes as before', () => {
    expect(flips({ ...keep, approval }, [older(), newer()], today)).toEqual([
      expect.stringMatching(/^flips: was promoted as 15-alpine-ca1; would wait: /) as string,
    ]);
  });
});
