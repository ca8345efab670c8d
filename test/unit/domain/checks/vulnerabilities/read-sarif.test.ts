import { describe, expect, it, test } from 'vitest';
import { readSarif } from '../../../../../shared/domain/checks/vulnerabilities/read-sarif.ts';
import { A, B } from '../../gate-builders.ts';
import { candidate, finding } from './scan-builders.ts';

const read = (text: string) => readSarif(text, candidate);
const findings = (text: string) => {
  const scan = read(text);
  if (scan.kind === 'unreadable') throw new Error(scan.why);
  return scan.findings;
};

const sarif = (run: object, change: object = {}) =>
  JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Scanner' } }, results: [], ...run }],
    ...change,
  });

/** Trivy: everything is in the result, and a rule is shared by packages. */
const byTrivy = (lines: string[], rule: object = {}) =>
  sarif({
    tool: {
      driver: {
        name: 'Trivy',
        rules: [
          {
            id: 'CVE-2026-1',
            shortDescription: { text: 'openssl: it is broken' },
            help: { text: 'Vulnerability CVE-2026-1\nSeverity: LOW\nPackage: another\nFixed Version: 9' },
            properties: { 'security-severity': '9.9' },
            ...rule,
          },
        ],
      },
    },
    results: [{ ruleId: 'CVE-2026-1', ruleIndex: 0, level: 'error', message: { text: lines.join('\n') } }],
  });

/** Grype: everything is in the rule, which has the package in its id. */
const byGrype = (help: string[]) =>
  sarif({
    tool: { driver: { name: 'grype', rules: [{ id: 'CVE-2026-1-openssl', help: { text: help.join('\n') } }] } },
    results: [{ ruleId: 'CVE-2026-1-openssl', message: { text: 'A vulnerability in a package was found at: /lib' } }],
  });

const OF_TRIVY = ['Package: openssl', 'Installed Version: 3.0.1', 'Severity: HIGH', 'Fixed Version: 3.0.2'];
const OF_GRYPE = [
  'Vulnerability CVE-2026-1',
  'Severity: high',
  'Package: openssl',
  'Version: 3.0.1',
  'Fix Version: 3.0.2',
];

describe('a SARIF report', () => {
  it('of Trivy is read from its results, not from the rule that packages share', () => {
    expect(findings(byTrivy(OF_TRIVY))).toEqual([finding()]);
  });

  it('of grype is read from its rules', () => {
    expect(findings(byGrype(OF_GRYPE))).toEqual([finding({ title: '' })]);
  });

  it('goes by the label, since high and critical have one level', () => {
    expect(findings(byTrivy(OF_TRIVY.with(2, 'Severity: CRITICAL')))[0]?.severity).toBe('critical');
  });

  it('with a label that nobody knows has no severity', () => {
    expect(findings(byTrivy(OF_TRIVY.with(2, 'Severity: AWFUL')))[0]?.severity).toBe('unknown');
  });

  test.each([
    ['10.0', 'critical'],
    ['9.0', 'critical'],
    [8.9, 'high'],
    ['7', 'high'],
    ['4.0', 'medium'],
    ['0.1', 'low'],
    ['0.0', 'unknown'],
    ['11', 'unknown'],
    ['high', 'unknown'],
    [undefined, 'unknown'],
  ])('without a label goes by the score: %s is %s', (score, severity) => {
    const rule = { help: { text: '' }, properties: { 'security-severity': score } };

    expect(findings(byTrivy(['Package: openssl'], rule))[0]?.severity).toBe(severity);
  });

  it('has no fix where the line is empty', () => {
    expect(findings(byTrivy(OF_TRIVY.with(3, 'Fixed Version: ')))[0]).not.toHaveProperty('fixed');
  });

  it('may be clean', () => {
    expect(findings(sarif({}))).toEqual([]);
  });

  it('may name the image, and then it has to be this one', () => {
    expect(findings(sarif({ properties: { imageID: candidate.configuration } }))).toEqual([]);
    expect(findings(sarif({ properties: { repoDigests: [`node@${A}`] } }))).toEqual([]);
  });

  test.each<[what: string, text: string, why: RegExp]>([
    ['is not JSON', 'no vulnerabilities found', /not SARIF/],
    ['is of another version', sarif({}, { version: '3.0.0' }), /not SARIF/],
    ['has no runs', sarif({}, { runs: [] }), /not SARIF/],
    ['has a run without results', sarif({ results: undefined }), /not SARIF/],
    ['names no tool', sarif({ tool: { driver: { name: '' } } }), /not SARIF/],
    ['is of a scan that failed', sarif({ invocations: [{ executionSuccessful: false }] }), /did not succeed/],
    ['is about another image', sarif({ properties: { imageID: B } }), /about another image/],
    ['is about another digest', sarif({ properties: { repoDigests: [`node@${B}`] } }), /about another image/],
    ['has a result that names nothing', sarif({ results: [{ message: { text: 'bad' } }] }), /names no vulnerability/],
  ])('says nothing when it %s', (_, text, why) => {
    expect(read(text)).toEqual({ kind: 'unreadable', why: expect.stringMatching(why) });
  });
});
