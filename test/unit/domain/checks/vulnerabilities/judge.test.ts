import { describe, expect, it, test } from 'vitest';
import { judgeVulnerabilities, type ScanQuestion } from '../../../../../shared/domain/checks/vulnerabilities/judge.ts';
import { NOW } from '../../gate-builders.ts';
import * as scan from './scan-builders.ts';
import { check, DAY, DONE, HOUR, logOf, NONCE, question, TOOL, trivy, vulnerability } from './scan-builders.ts';

const judge = (
  log: string,
  change: Partial<ScanQuestion> = {},
  state: 'succeeded' | 'failed' | 'timeout' = 'succeeded',
) => judgeVulnerabilities(question(change), { state, log });
const critical = vulnerability({ Severity: 'CRITICAL' });

describe('a scan', () => {
  it('that finds nothing passes, with a report of what it was made with', () => {
    expect(judge(logOf(trivy()))).toEqual({
      verdict: 'pass',
      tool: TOOL,
      reasons: [],
      report: expect.objectContaining({
        ...{ check: 'cve', tool: TOOL, platform: 'linux/amd64', at: NOW },
        ...{ findings: [], failing: 0, waived: 0, leftOut: 0 },
      }),
    });
  });

  it('that finds what may not be there fails, and names the worst of it', () => {
    const many = Array.from({ length: 7 }, (_, at) => ({ ...critical, VulnerabilityID: `CVE-${at}` }));

    const { verdict, reasons } = judge(logOf(trivy(many)));

    expect(verdict).toBe('fail');
    expect(reasons).toEqual([
      '7 findings fail',
      ...many
        .slice(0, 5)
        .map(
          ({ VulnerabilityID: id }) =>
            `${id} (critical) in openssl 3.0.1, fixed in 3.0.2: none of this severity may be there`,
        ),
      'and 2 more, see the report',
    ]);
  });

  it('keeps every finding for the person who reads the report, what fails first', () => {
    const found = [vulnerability({ Severity: 'UNKNOWN', FixedVersion: '' }), { ...critical, VulnerabilityID: 'CVE-9' }];

    const { report } = judge(logOf(trivy(found)), { check: check({ fail: { critical: 'any', unknown: 'off' } }) });

    expect(report?.findings.map(({ id, fails }) => [id, fails !== undefined])).toEqual([
      ['CVE-9', true],
      ['CVE-2026-1', false],
    ]);
    expect(report?.counts).toEqual({ critical: 1, unknown: 1, high: 0, medium: 0, low: 0 });
  });

  it('lists so many findings at most, and says how many it left out', () => {
    const many = Array.from({ length: 2_100 }, (_, at) => ({ ...vulnerability(), VulnerabilityID: `CVE-${at}` }));

    const { report } = judge(logOf(trivy(many)));

    expect(report).toMatchObject({ failing: 2_100, leftOut: 100 });
    expect(report?.findings).toHaveLength(2_000);
  });

  it('says which waiver counts no longer', () => {
    const waivers = [{ id: 'CVE-2026-1', reason: 'not used', expiresAt: Date.parse('2026-03-01T00:00:00Z') }];

    const { verdict, reasons } = judge(logOf(trivy([critical])), { check: check({ waivers }) });

    expect(verdict).toBe('fail');
    expect(reasons).toContain('the waiver of CVE-2026-1 in openssl counted until 2026-02-28');
  });
});

describe('what a pass stands on ends it:', () => {
  const dated = (at: number) => scan.part('database', JSON.stringify({ UpdatedAt: new Date(at).toISOString() }));
  const waivers = [{ id: 'CVE-2026-1', reason: 'not used', expiresAt: NOW + 6 * HOUR }];
  const database = { path: '/cache', dated: 'db/metadata.json', atMostMs: 48 * HOUR };
  const report = logOf(trivy([critical]));

  test.each<[what: string, change: Parameters<typeof check>[0], log: string, expiresAt: number | undefined]>([
    ['nothing does', {}, logOf(trivy()), undefined],
    ['the time that the policy gives it', { expiresMs: DAY }, logOf(trivy()), NOW + DAY],
    ['a waiver', { waivers, expiresMs: DAY }, report, NOW + 6 * HOUR],
    ['a waiver, though the policy gives it no time', { waivers }, report, NOW + 6 * HOUR],
    ['not a waiver that was not needed', { waivers, expiresMs: DAY }, logOf(trivy()), NOW + DAY],
    [
      'data that grows too old',
      { database, expiresMs: DAY },
      `${dated(NOW - 40 * HOUR)}${logOf(trivy())}`,
      NOW + 8 * HOUR,
    ],
  ])('%s', (_, change, log, expiresAt) => {
    const answer = judge(log, { check: check(change) });

    expect(answer.verdict).toBe('pass');
    expect(answer.expiresAt).toBe(expiresAt);
  });
});

describe('the age of the data', () => {
  const database = { path: '/cache', dated: 'db/metadata.json', atMostMs: 48 * HOUR };
  const of = (text: string) => judge(`${scan.part('database', text)}${logOf(trivy())}`, { check: check({ database }) });
  const iso = (at: number) => new Date(at).toISOString();

  test.each<[what: string, text: string, verdict: string]>([
    ["is in Trivy's file", JSON.stringify({ Version: 2, UpdatedAt: iso(NOW - HOUR), NextUpdate: iso(NOW) }), 'pass'],
    ["is in grype's file", JSON.stringify({ built: iso(NOW - HOUR), version: 5 }), 'pass'],
    ['is a time and nothing else', `${iso(NOW - HOUR)}\n`, 'pass'],
    ['may be just what it may be', iso(NOW - 48 * HOUR), 'pass'],
    ['is more', iso(NOW - 48 * HOUR - 1), 'unknown'],
    ['is not said', '{}', 'unknown'],
    ['is not a time', JSON.stringify({ UpdatedAt: 'today' }), 'unknown'],
    ['is a number', JSON.stringify({ UpdatedAt: NOW }), 'unknown'],
    ['is a day that no month has', '2026-02-31T25:00:00Z', 'unknown'],
    ['is in the future', iso(NOW + 2 * HOUR), 'unknown'],
    ['is empty', '', 'unknown'],
  ])('%s', (_, text, verdict) => expect(of(text).verdict).toBe(verdict));

  it('has to be there', () => {
    expect(judge(logOf(trivy()), { check: check({ database }) })).toMatchObject({
      verdict: 'unknown',
      reasons: [expect.stringContaining('is not known')],
    });
  });

  it('is of no matter when the policy does not ask, and in the report if it is known', () => {
    const { database: _, ...rest } = check({ database });
    const asked = { ...rest, database: { path: '/cache', dated: 'db/metadata.json' } };

    const answer = judge(`${scan.part('database', iso(NOW - 99 * DAY))}${logOf(trivy())}`, { check: asked });

    expect(answer).toMatchObject({ verdict: 'pass', report: { databaseAt: NOW - 99 * DAY } });
  });
});

describe('a comparison with what runs now', () => {
  const asked = { check: check({ noWorseThanCurrent: 'high' as const }), current: scan.current };
  const both = (now: string, next: string) =>
    scan.whole(scan.scanned('current', now) + scan.scanned('candidate', next));
  const unfixed = vulnerability({ FixedVersion: '' });

  it('passes what brings nothing new, and says what it removes', () => {
    const answer = judge(
      both(trivy([unfixed, vulnerability({ PkgName: 'old' })], scan.aboutCurrent), trivy([unfixed])),
      asked,
    );

    expect(answer).toMatchObject({
      verdict: 'pass',
      report: { removed: { counts: { high: 1 }, findings: [{ package: 'old' }] } },
    });
  });

  it('fails what is new', () => {
    const answer = judge(both(trivy([], scan.aboutCurrent), trivy([unfixed])), asked);

    expect(answer.verdict).toBe('fail');
    expect(answer.report?.findings).toMatchObject([{ isNew: true, fails: 'what runs now does not have it' }]);
  });

  it('has no verdict when nothing runs now that did when the scan began', () => {
    const log = both(trivy([], scan.aboutCurrent), trivy());

    expect(judge(log, { check: asked.check })).toMatchObject({ verdict: 'unknown' });
  });

  test.each<[what: string, log: string, why: RegExp]>([
    [
      'something else runs by now',
      both(trivy([], scan.aboutCurrent), trivy()).replace(scan.current.reference, scan.candidate.reference),
      /what runs now, to compare with: what was scanned is not what counts by now/,
    ],
    ['what runs now was not scanned', logOf(trivy()), /what runs now, to compare with: the image was not scanned/],
    ['the two are one', both(trivy(), trivy()), /what runs now, to compare with: the report is about another image/],
    ['they are the wrong way round', both(trivy(), trivy([], scan.aboutCurrent)), /about another image/],
  ])('has no verdict when %s', (_, log, why) => {
    const { verdict, reasons } = judge(log, asked);

    expect(verdict).toBe('unknown');
    expect(reasons.join()).toMatch(why);
  });
});

describe('no verdict comes of', () => {
  const good = logOf(trivy());
  const lines = good.split('\r\n');
  const firstPacked = lines.findIndex((line) => line.includes(' begin ')) + 1;

  test.each<[what: string, log: string, why: RegExp]>([
    ['an empty log', '', /not whole/],
    ['a log that was cut before its end', good.replace(DONE, ''), /not whole/],
    ['a log that was cut in a report', good.slice(0, good.indexOf(' end ')), /not whole/],
    ['a log with its middle left out', lines.toSpliced(firstPacked, 1).join('\r\n'), /not what the scanner printed/],
    [
      'a report with a line of somebody else in it',
      good.replace('\r\nH4', '\r\n2026/03/02 hello\r\nH4'),
      /not what the scanner printed/,
    ],
    [
      'a report that is not what was packed',
      good.replace(/begin candidate ./, (text) => `${text.slice(0, -1)}x`),
      /not what/,
    ],
    ['another nonce', good.replaceAll(NONCE, '0123'), /not whole/],
    ['a nonce that is longer', good.replaceAll(NONCE, `${NONCE}0`), /not whole/],
    ['two scans of the candidate', `${scan.scanned('candidate', trivy())}${good}`, /not whole/],
    ['something after the end', `${good}${scan.ended('current', '0')}`, /not whole/],
    ['a report without an exit code', scan.whole(scan.part('candidate', trivy())), /was not scanned/],
    ['an exit code without a report', scan.whole(scan.ended('candidate', '0')), /not what the scanner printed/],
    ['the exit code 1', scan.whole(scan.part('candidate', trivy()) + scan.ended('candidate', '1')), /exit code 1/],
    [
      'a scanner that was killed',
      scan.whole(scan.part('candidate', trivy()) + scan.ended('candidate', '137')),
      /was killed/,
    ],
    ['more than a scanner may print', scan.whole(scan.ended('candidate', 'cut')), /was stopped/],
    ['a report too large for a log', scan.whole(scan.ended('candidate', 'large')), /too large/],
    ['another candidate', good.replace(scan.candidate.reference, scan.current.reference), /not what counts by now/],
    [
      'a scan that does not say what it scanned',
      good.replace(scan.image('candidate', scan.candidate.reference), ''),
      /was not scanned/,
    ],
    ['a scan that does not say what scanned', good.replace(scan.SCANNER, ''), /not whole/],
    ['a word for an exit code', scan.whole(scan.ended('candidate', 'ok')), /not whole/],
    ['the words of success', `scanner | ${good.replaceAll('\r\n', '\r\nscanner | ')}`, /not whole/],
  ])('%s', (_, log, why) => {
    const { verdict, reasons, report } = judge(log);

    expect(verdict).toBe('unknown');
    expect(reasons.join()).toMatch(why);
    expect(report).toBeUndefined();
  });

  it.each(['failed', 'timeout'] as const)('a run that is %s, whatever its log says', (state) => {
    expect(judge(good, {}, state).verdict).toBe('unknown');
  });

  it('a scanner without a word: its own last words are beside the reason', () => {
    const { reasons } = judge(scan.whole(`scanner | FATAL no such file\r\n${scan.ended('candidate', '1')}`));

    expect(reasons.at(-1)).toBe('FATAL no such file');
  });
});
