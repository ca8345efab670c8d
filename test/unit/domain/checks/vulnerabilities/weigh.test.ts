import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../../../../../shared/domain/checks/vulnerabilities/finding.ts';
import { weigh } from '../../../../../shared/domain/checks/vulnerabilities/weigh.ts';
import type { VulnerabilitiesCheck } from '../../../../../shared/domain/check.ts';
import { NOW } from '../../gate-builders.ts';
import { DAY, finding } from './scan-builders.ts';

type Rules = Pick<VulnerabilitiesCheck, 'fail' | 'noWorseThanCurrent' | 'waivers'>;
const rules = (change: Partial<Rules> = {}): Rules => ({ fail: { critical: 'any' }, waivers: [], ...change });
const failing = (rulesNow: Rules, found: Finding[], current?: Finding[]) =>
  weigh(rulesNow, { found, now: NOW, ...(current ? { current } : {}) }).failing.map(({ finding: one }) => one.id);

const unfixed = (change: Partial<Finding> = {}): Finding => {
  const { fixed: _, ...rest } = finding(change);
  return rest;
};
const waiver = (change: object = {}) => ({ id: 'CVE-2026-1', reason: 'not used', expiresAt: NOW + DAY, ...change });

describe('thresholds', () => {
  test.each<[what: string, fail: Rules['fail'], found: Finding, fails: boolean]>([
    ['any: one that can be fixed', { high: 'any' }, finding(), true],
    ['any: one that cannot', { high: 'any' }, unfixed(), true],
    ['fixable: one that can be fixed', { high: 'fixable' }, finding(), true],
    ['fixable: one that cannot', { high: 'fixable' }, unfixed(), false],
    ['off', { high: 'off', critical: 'any' }, finding(), false],
    ['no rule for the severity', { critical: 'any' }, finding(), false],
    ['a rule for a lower severity alone', { medium: 'any' }, finding(), false],
    [
      'no severity, and the strictest rule is any',
      { low: 'fixable', critical: 'any' },
      unfixed({ severity: 'unknown' }),
      true,
    ],
    ['no severity, and the strictest rule is fixable', { high: 'fixable' }, unfixed({ severity: 'unknown' }), false],
    ['no severity, with a fix', { high: 'fixable' }, finding({ severity: 'unknown' }), true],
    [
      'no severity, which the policy lets through',
      { high: 'any', unknown: 'off' },
      finding({ severity: 'unknown' }),
      false,
    ],
  ])('%s', (_, fail, found, fails) => expect(failing(rules({ fail }), [found]).length > 0).toBe(fails));
});

describe('what runs now', () => {
  const noWorse = rules({ noWorseThanCurrent: 'high' });

  test.each<[what: string, found: Finding[], current: Finding[], fails: string[]]>([
    ['has the same', [finding()], [finding()], []],
    ['has it in an older version', [finding({ installed: '3.0.2' })], [finding()], []],
    ['does not have it', [finding()], [], ['CVE-2026-1']],
    ['does not have it, and there is no fix', [unfixed()], [], ['CVE-2026-1']],
    ['has it in another package', [finding()], [finding({ package: 'libssl' })], ['CVE-2026-1']],
    ['does not have what is less than the severity', [finding({ severity: 'medium' })], [], []],
    ['does not have what has no severity', [finding({ severity: 'unknown' })], [], ['CVE-2026-1']],
    ['has more', [], [finding()], []],
  ])('%s', (_, found, current, fails) => expect(failing(noWorse, found, current)).toEqual(fails));

  it('excuses nothing that a threshold forbids', () => {
    expect(failing(noWorse, [finding({ severity: 'critical' })], [finding({ severity: 'critical' })])).toEqual([
      'CVE-2026-1',
    ]);
  });

  it('is not compared with when it was not scanned, and says what the candidate removes when it was', () => {
    expect(weigh(noWorse, { found: [], now: NOW })).not.toHaveProperty('removed');
    expect(weigh(noWorse, { found: [], current: [finding()], now: NOW }).removed).toEqual([finding()]);
  });
});

describe('a waiver', () => {
  const high = (waivers: Rules['waivers']) => rules({ fail: { high: 'any' }, waivers });

  test.each<[what: string, waiver: object, fails: boolean]>([
    ['of the finding lets it through', {}, false],
    ['of the finding in this package lets it through', { package: 'openssl' }, false],
    ['of the finding in another package does not', { package: 'libssl' }, true],
    ['of another finding does not', { id: 'CVE-2026-2' }, true],
    ['counts to its last moment', { expiresAt: NOW + 1 }, false],
    ['counts for nothing when its day is over', { expiresAt: NOW }, true],
  ])('%s', (_, change, fails) => expect(failing(high([waiver(change)]), [finding()]).length > 0).toBe(fails));

  it('that has expired is said, unless another one counts', () => {
    const expired = waiver({ expiresAt: NOW - DAY });

    expect(weigh(high([expired]), { found: [finding()], now: NOW }).lapsed).toHaveLength(1);
    expect(weigh(high([expired, waiver()]), { found: [finding()], now: NOW }).lapsed).toEqual([]);
  });

  it('lets through what is new, too', () => {
    const noWorse = rules({ noWorseThanCurrent: 'high', waivers: [waiver()] });

    expect(failing(noWorse, [finding()], [])).toEqual([]);
  });

  it('of what would not fail is not used', () => {
    expect(weigh(high([waiver()]), { found: [finding({ severity: 'low' })], now: NOW }).waived).toEqual([]);
  });
});
