/** What holds of a scan's verdict, whatever a scanner, a network or a hostile image makes of its report. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeVulnerabilities } from '../../../../../shared/domain/checks/vulnerabilities/judge.ts';
import { question, logOf, scanned, trivy, vulnerability, whole, DONE } from './scan-builders.ts';

const good = logOf(trivy());
const verdictOf = (log: string) => judgeVulnerabilities(question(), { state: 'succeeded', log }).verdict;

describe('the verdict of a scan', () => {
  it('is a pass of the whole log, or the laws below would hold for want of a case', () => {
    expect(verdictOf(good)).toBe('pass');
  });

  it('is never a pass of a log that was cut short', () => {
    const end = good.indexOf(DONE.trimEnd()) + DONE.trimEnd().length;
    fc.assert(
      fc.property(fc.nat(end - 1), (at) => {
        expect(verdictOf(good.slice(0, at))).not.toBe('pass');
      }),
    );
  });

  it('is never a pass of a report that lost or gained a character', () => {
    const from = good.indexOf('begin');
    const to = good.indexOf(' end ');
    fc.assert(
      fc.property(fc.integer({ min: from, max: to - 1 }), fc.constantFrom('', 'A', '\u0000', '\n'), (at, text) => {
        const changed = good.slice(0, at) + text + good.slice(at + 1);
        // Base64 may be broken into lines anywhere, and what stands between them is not read.
        if (changed.replaceAll(/[\r\n]/g, '') === good.replaceAll(/[\r\n]/g, '')) return;
        expect(verdictOf(changed)).not.toBe('pass');
      }),
      { numRuns: 500 },
    );
  });

  it('is never a pass of JSON that is no report of this image, and never an error', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(verdictOf(whole(scanned('candidate', text)))).toBe('unknown');
      }),
    );
  });

  it('is never a pass of a report with one critical finding, wherever it stands and whatever else does', () => {
    const other = fc.record({
      Severity: fc.constantFrom('LOW', 'MEDIUM', 'nothing'),
      PkgName: fc.string({ minLength: 1 }),
      Title: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(other), fc.nat(), (others, at) => {
        const all = others.map((one) => vulnerability(one));
        all.splice(at % (all.length + 1), 0, vulnerability({ VulnerabilityID: 'CVE-worst', Severity: 'CRITICAL' }));

        expect(verdictOf(logOf(trivy(all)))).toBe('fail');
      }),
    );
  });
});
