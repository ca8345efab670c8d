/** What a promotion that another policy turns over does to the decisions after it. */
import { describe, expect, it } from 'vitest';
import type { RecordedCandidate } from '../../../shared/domain/recorded.ts';
import { A, B, done, MINUTE, NOW, subjectOf } from './gate-builders.ts';
import { REASONS } from './every-kind.ts';
import { approval, flips, policyOf, recorded, settled, unique } from './what-if-builders.ts';

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
