/** The `vulnerabilities` check in a policy: what is read, and each wrong entry with its place and the way out. */
import { describe, expect, it, test } from 'vitest';
import type { VulnerabilitiesCheck } from '../../../shared/domain/check.ts';
import { problemsOf, valid, type Change } from './policy-fixture.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const SCRIPT = '{ script: checks/node.sh, timeout: 4m }';
const TRIVY = `scanner: docker.io/aquasec/trivy@${DIGEST}`;

/** The check of gate "node", in place of its script. */
const scan = (text: string, change: Change = {}): Change => ({
  ...change,
  gates: { 'functional:': 'cve:', [SCRIPT]: `{ timeout: 4m, vulnerabilities: { ${text} } }`, ...change.gates },
});
const rest = 'args: [image, "{image}"], format: trivy, fail: { critical: any }';
const whole = `${TRIVY}, ${rest}`;
const withDatabase = (database: string) =>
  `${TRIVY}, args: ["{image}", "{database}"], format: trivy, fail: { critical: any }, database: ${database}`;
const waivers = (text: string, path = 'waivers.yaml'): Change =>
  scan(`${whole}, waivers: ${path}`, { files: { 'waivers.yaml': text } });

const read = (change: Change): VulnerabilitiesCheck => {
  const check = valid(change).gates['node']?.checks[0];
  if (check?.kind !== 'vulnerabilities') throw new Error('it is another check');
  return check;
};

describe('a vulnerabilities check', () => {
  it('is read with what it needs', () => {
    expect(read(scan(whole))).toEqual({
      kind: 'vulnerabilities',
      name: 'cve',
      scanner: { kind: 'image', image: { host: 'docker.io', repository: 'aquasec/trivy', digest: DIGEST } },
      args: ['image', '{image}'],
      format: 'trivy',
      fail: { critical: 'any' },
      waivers: [],
      timeoutSeconds: 240,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('may have a database, whose age is limited', () => {
    const { database } = read(scan(withDatabase('{ path: /cache, dated: db/metadata.json, atMost: 48h }')));

    expect(database).toEqual({ path: '/cache', dated: 'db/metadata.json', atMostMs: 48 * 3_600_000 });
  });

  it('takes the waivers that are for its gate', () => {
    const { waivers: found } = read(
      waivers(`waivers:
  - { id: CVE-1, package: openssl, reason: not used, expires: 2026-12-31, gates: [node] }
  - { id: CVE-2, reason: not used, expires: 2027-01-01 }
`),
    );

    expect(found).toEqual([
      { id: 'CVE-1', package: 'openssl', reason: 'not used', expiresAt: Date.parse('2027-01-01T00:00:00Z') },
      { id: 'CVE-2', reason: 'not used', expiresAt: Date.parse('2027-01-02T00:00:00Z') },
    ]);
  });

  it('is another question when its waivers, scanner or thresholds change, and not when its database does', () => {
    const database = (digest: string) =>
      withDatabase(`{ image: "docker.io/team/db@sha256:${digest.repeat(64)}", path: /cache }`);
    const hashes = [
      whole,
      whole.replace('any', 'fixable'),
      whole.replaceAll('aaaa', 'bbbb'),
      `${whole}, noWorseThanCurrent: high`,
    ].map((text) => read(scan(text)).hash);
    const waived = waivers('waivers: [{ id: CVE-1, reason: not used, expires: 2026-12-31 }]');

    expect(new Set([...hashes, read(waived).hash]).size).toBe(5);
    expect(read(scan(database('c'))).hash).toBe(read(scan(database('d'))).hash);
  });
});

type Row = [what: string, change: Change, says: (string | RegExp)[]];
const at = /^gates\.yaml:7:\d+ {2}gate "node", check "cve": /.source;

describe('is refused, with a way out:', () => {
  const rows: Row[] = [
    [
      'a scanner by tag',
      scan(`scanner: docker.io/aquasec/trivy:latest, ${rest}`),
      [
        /scanner: "docker\.io\/aquasec\/trivy:latest" is named by a tag, which can be moved.*@sha256:….*\{ gate: <its name> \}/,
      ],
    ],
    ['a scanner without tag or digest', scan(`scanner: docker.io/aquasec/trivy, ${rest}`), [/is named by a tag/]],
    ['a scanner that is no reference', scan(`scanner: trivy, ${rest}`), [/scanner: .*the registry host is missing/]],
    ['a scanner of a gate that is not there', scan(`scanner: { gate: trivi }, ${rest}`), [/there is no gate "trivi"/]],
    [
      'a scanner that is what the gate itself will promote',
      scan(`scanner: { gate: node }, ${rest}`),
      [/gate "node" would wait for its own promotion. Name this tool by digest/],
    ],
    ['no scanner', scan(rest), [/"scanner" is missing/]],
    ['arguments that name no image', scan(whole.replace('{image}', 'x')), [/no argument names \{image\}/]],
    ['an argument with a line break', scan(whole.replace('[image', '["a\\nb"')), [/an argument is made of/]],
    ['a format that nobody reads', scan(whole.replace('format: trivy', 'format: xml')), [/a format is "trivy"/]],
    ['no severity that fails', scan(whole.replace('critical: any', 'critical: off')), [/name at least one severity/]],
    ['a severity that is none', scan(whole.replace('critical:', 'severe:')), [/fail: .*severe/]],
    ['a rule that is none', scan(whole.replace('any', 'all')), [/there is "any", "fixable" and "off"/]],
    ['a comparison that is none', scan(`${whole}, noWorseThanCurrent: true`), [/there is "critical", "high"/]],
    ['a key that is none', scan(`${whole}, waiver: w.yaml`), [/unknown key "waiver". Did you mean "waivers"/]],
    [
      'a database that no argument names',
      scan(`${whole}, database: { path: /cache }`),
      [/no argument names \{database\}/],
    ],
    ['an argument without a database', scan(whole.replace('[image', '["{database}"')), [/there is no "database"/]],
    ['an age that nothing tells', scan(withDatabase('{ path: /cache, atMost: 48h }')), [/nothing says how old/]],
    ['a database by tag', scan(withDatabase('{ path: /cache, image: "docker.io/team/db:1" }')), [/is named by a tag/]],
    ['the whole image as a database', scan(withDatabase('{ path: / }')), [/a path begins with/]],
    ['a way out of the folder', scan(withDatabase('{ path: /cache, dated: ../x }')), [/a path below the folder/]],
    [
      'a file of waivers that is not there',
      scan(`${whole}, waivers: w.yaml`),
      [/"w\.yaml" is not in the policy folder/],
    ],
  ];
  test.each(rows)('%s', (_, change, says) => {
    const problems = problemsOf(change);

    expect(problems.map((problem) => new RegExp(at).test(problem))).toEqual(says.map(() => true));
    says.forEach((said, index) => expect(problems[index]).toMatch(said));
  });
});

test.each(['docker.io/aquasec/trivy:latest', 'docker.io/aquasec/trivy:0.69.4', 'docker.io/aquasec/trivy'])(
  'W17, a scanner that somebody else can change under its name: %s is refused',
  (named) => {
    expect(problemsOf(scan(`scanner: "${named}", ${rest}`)).join('\n')).toMatch(
      /is named by a tag, which can be moved/,
    );
  },
);

describe('a file of waivers is refused for', () => {
  const good = { id: 'CVE-1', reason: 'not used', expires: '2026-12-31' };
  const of = (change: Record<string, unknown>) => {
    const entry = JSON.stringify({ ...good, ...change });
    return waivers(`waivers:\n  - ${entry}\n`);
  };

  test.each<[what: string, change: Change, says: RegExp]>([
    [
      'a waiver without an end',
      of({ expires: undefined }),
      /^waivers\.yaml:2:5 {2}waiver 1: "expires" is missing: the last day/,
    ],
    ['an end that is no day', of({ expires: 'soon' }), /^waivers\.yaml:2:\d+ {2}waiver 1: expires: "soon" is no day/],
    ['a day that no month has', of({ expires: '2026-02-30' }), /"2026-02-30" is no day/],
    ['a waiver without a reason', of({ reason: undefined }), /waiver 1: "reason" is missing/],
    ['an empty reason', of({ reason: ' ' }), /reason: it must not be empty/],
    ['a waiver of everything', of({ id: undefined }), /waiver 1: "id" is missing/],
    ['a misspelt key', of({ pakage: 'openssl' }), /unknown key "pakage". Did you mean "package"/],
    [
      'a gate that is not there',
      of({ gates: ['nod'] }),
      /^waivers\.yaml:2:\d+ {2}waiver 1: there is no gate "nod". Did you mean "node"/,
    ],
    ['no list', waivers('waivers: { id: CVE-1 }\n'), /"waivers" is missing: a list/],
    ['another key at the top', waivers('waivers: []\nwaiver: []\n'), /unknown key "waiver"/],
    ['a secret', waivers('waivers: [{ id: "${secret:x}", reason: r, expires: 2026-12-31 }]\n'), /secret/],
  ])('%s', (_, change, says) => {
    const problems = problemsOf(change);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(says);
  });

  it('nothing when it is empty, and what is wrong in it is said once, however many checks name it', () => {
    expect(problemsOf(waivers('waivers: []\n'))).toEqual([]);
    const twice = waivers('waivers: [{}]\n');
    const gates = {
      ...twice.gates,
      'functional:': `again: { vulnerabilities: { ${whole}, waivers: waivers.yaml } }\n      cve:`,
    };
    expect(problemsOf({ ...twice, gates })).toHaveLength(3);
  });
});
