import { describe, expect, it, test } from 'vitest';
import { readTrivy } from '../../../../../shared/domain/checks/vulnerabilities/read-trivy.ts';
import { A, B } from '../../gate-builders.ts';
import { candidate, finding, trivy, vulnerability } from './scan-builders.ts';

const read = (text: string) => readTrivy(text, candidate);
const findings = (text: string) => {
  const scan = read(text);
  if (scan.kind === 'unreadable') throw new Error(scan.why);
  return scan.findings;
};

describe("Trivy's report", () => {
  it('says what is where, how bad it is, and what removes it', () => {
    expect(findings(trivy([vulnerability()]))).toEqual([finding()]);
  });

  test.each([
    ['CRITICAL', 'critical'],
    ['HIGH', 'high'],
    ['Medium', 'medium'],
    ['LOW', 'low'],
    ['negligible', 'low'],
    ['UNKNOWN', 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
    [undefined, 'unknown'],
    [null, 'unknown'],
  ])('takes the severity %s for %s', (Severity, severity) => {
    expect(findings(trivy([vulnerability({ Severity })]))[0]?.severity).toBe(severity);
  });

  test.each([[''], [undefined], [null]])('takes a fixed version of %j for none', (FixedVersion) => {
    expect(findings(trivy([vulnerability({ FixedVersion })]))[0]).not.toHaveProperty('fixed');
  });

  it('may have no list of vulnerabilities where packages were looked at', () => {
    expect(findings(trivy(null))).toEqual([]);
    expect(findings(trivy([], { Results: [{ Class: 'lang-pkgs' }] }))).toEqual([]);
  });

  it('counts a package that is there twice once, by the worse severity, and with a fix if one is known', () => {
    const twice = [
      vulnerability({ Severity: 'LOW' }),
      vulnerability({ Severity: 'CRITICAL', FixedVersion: '' }),
      vulnerability({ Severity: 'MEDIUM' }),
    ];

    expect(findings(trivy(twice))).toEqual([finding({ severity: 'critical' })]);
  });

  it('lists the worst first', () => {
    const all = ['LOW', 'CRITICAL', 'MEDIUM', 'UNKNOWN', 'HIGH'].map((Severity, at) =>
      vulnerability({ Severity, VulnerabilityID: `CVE-${at}` }),
    );

    expect(findings(trivy(all)).map(({ severity }) => severity)).toEqual([
      ...['critical', 'unknown', 'high', 'medium', 'low'],
    ]);
  });

  it('shows what the scanner was told to ignore: waivers are granted in the policy', () => {
    const ignored = { Type: 'vulnerability', Status: 'ignored', Finding: vulnerability() };
    const Results = [{ Class: 'os-pkgs', ExperimentalModifiedFindings: [ignored, { Type: 'secret', Finding: {} }] }];

    expect(findings(trivy([], { Results }))).toEqual([finding()]);
  });

  it('of a distribution that is out of support is a finding, which can be waived like others', () => {
    const Metadata = { ImageID: candidate.configuration, OS: { Family: 'alpine', Name: '3.10', EOSL: true } };

    expect(findings(trivy([], { Metadata }))).toMatchObject([
      { id: 'end-of-life', package: 'alpine', installed: '3.10', severity: 'critical' },
    ]);
  });

  it('is made printable and cut', () => {
    const [found] = findings(trivy([vulnerability({ Title: '\u001b[2Jall is well\n', PkgName: 'x'.repeat(9_999) })]));

    expect(found?.title).toBe('[2Jall is well');
    expect(found?.package).toHaveLength(200);
  });

  test.each<[what: string, text: string, why: RegExp]>([
    ['is empty', '', /not Trivy's JSON report/],
    ['is not JSON', 'no vulnerabilities found', /not Trivy's JSON report/],
    ['is cut', trivy([vulnerability()]).slice(0, -5), /not Trivy's JSON report/],
    ['is null', 'null', /not Trivy's JSON report/],
    ['is a list', '[]', /not Trivy's JSON report/],
    ['is of another version', trivy([], { SchemaVersion: 3 }), /not Trivy's JSON report/],
    ['has results of another shape', trivy([], { Results: { Class: 'os-pkgs' } }), /not Trivy's JSON report/],
    ['has a finding without an id', trivy([vulnerability({ VulnerabilityID: '' })]), /not Trivy's JSON report/],
    ['has a finding that is no mapping', trivy(['CVE-2026-1']), /not Trivy's JSON report/],
    ['has no results', trivy([], { Results: undefined }), /lists no packages/],
    ['has no results but null', trivy([], { Results: null }), /lists no packages/],
    ['has an empty list of results', trivy([], { Results: [] }), /lists no packages/],
    ['is of a scan for licences', trivy([], { Results: [{ Class: 'license' }] }), /lists no packages/],
    [
      'is of a scan for secrets',
      trivy([], { Results: [{ Class: 'secret' }, { Class: 'custom' }] }),
      /lists no packages/,
    ],
    ['is about another image', trivy([], { Metadata: { ImageID: B } }), /about another image/],
    ['is about no image', trivy([], { Metadata: undefined }), /does not say by digest/],
    ['names its image by tag alone', trivy([], { Metadata: { RepoTags: ['node:15'] } }), /does not say by digest/],
    ['names its image by an empty digest', trivy([], { Metadata: { RepoDigests: [''] } }), /does not say by digest/],
    ['names another digest', trivy([], { Metadata: { RepoDigests: [`node@${B}`] } }), /about another image/],
    [
      'names the digest, and the configuration of another image',
      trivy([], { Metadata: { ImageID: B, RepoDigests: [`node@${A}`] } }),
      /about another image/,
    ],
    [
      'hides a finding that cannot be read',
      trivy([], { Results: [{ Class: 'os-pkgs', ExperimentalModifiedFindings: [{ Type: 'vulnerability' }] }] }),
      /suppressed finding/,
    ],
  ])('says nothing when it %s', (_, text, why) => {
    expect(read(text)).toEqual({ kind: 'unreadable', why: expect.stringMatching(why) });
  });

  it('may name the image by its digest in a registry', () => {
    expect(findings(trivy([], { Metadata: { RepoDigests: [`localhost/node@${A}`] } }))).toEqual([]);
  });

  it('with more findings than any image has says nothing', () => {
    const many = Array.from({ length: 50_001 }, () => vulnerability());

    expect(read(trivy(many))).toEqual({ kind: 'unreadable', why: 'the report has 50001 findings' });
  });
});
