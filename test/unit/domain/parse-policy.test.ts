import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GATES, hash, parse, problemsOf, SETTINGS, valid } from './policy-fixture.ts';

describe('a policy that is right', () => {
  test('becomes gates, images and apps with the settings filled in', () => {
    const policy = valid();

    expect(policy.gates['node']).toMatchObject({
      name: 'node',
      from: { host: 'public.example.com', repository: 'node', tag: '15-alpine' },
      to: { host: 'base.azurecr.io', repository: 'node', tag: '15-alpine' },
      soakMs: 3 * 86_400_000,
    });
    expect(policy.images['hello']).toEqual({
      name: 'hello',
      host: 'team.azurecr.io',
      repository: 'hello',
      tags: ['*'],
      build: { task: 'hello-build', pass: { BASE_IMAGE: 'node' } },
    });
    expect(policy.apps['web']).toMatchObject({
      runs: { kind: 'image', image: 'hello' },
      image: { host: 'team.azurecr.io', repository: 'hello' },
      resourceGroup: 'web-rg',
      group: { name: 'web', properties: { containers: [{ properties: { image: 'team.azurecr.io/hello:1' } }] } },
      health: { path: '/', port: 8080, status: 200, withinSeconds: 90 },
    });
    expect(policy.warnings).toEqual([]);
  });

  test('fills what a gate leaves out', () => {
    const policy = valid({ gates: { '    soak: 3d\n': '', ', timeout: 4m': '' } });

    expect(policy.gates['node']).toMatchObject({
      unique: '{stable}-{run}',
      platforms: ['linux/amd64'],
      unchecked: [],
      soakMs: 0,
      checks: [{ timeoutSeconds: 300 }],
    });
  });

  test('accepts every key that a gate may have', () => {
    const more =
      'soak: 2h\n    unique: "{digest12}.{stable}"\n    platforms: [linux/arm64/v8]\n    whenReplaced: withdraw';

    const policy = valid({ gates: { 'soak: 3d': more } });

    expect(policy.gates['node']).toMatchObject({ unique: '{digest12}.{stable}', platforms: ['linux/arm64/v8'] });
  });

  test('lets an app run what a gate promotes', () => {
    const policy = valid({
      gates: { 'runs: hello': 'runs: node' },
      group: { '${TEAM_REGISTRY}/hello:1': '${BASE_REGISTRY}/node' },
    });

    expect(policy.apps['web']).toMatchObject({
      runs: { kind: 'gate', gate: 'node' },
      image: { host: 'base.azurecr.io', repository: 'node' },
    });
  });

  test.each([
    ['a tag', 'team.azurecr.io/hello:other'],
    ['neither tag nor digest', 'team.azurecr.io/hello'],
    ['a digest', `team.azurecr.io/hello@sha256:${'a'.repeat(64)}`],
  ])('finds the container of an app by its repository when it has %s', (_, image) => {
    expect(problemsOf({ group: { '${TEAM_REGISTRY}/hello:1': image } })).toEqual([]);
  });

  test('lets a sidecar be named in the short form of Docker Hub', () => {
    const sidecar = '  containers:\n    - { name: cache, properties: { image: "redis:8" } }';

    expect(problemsOf({ group: { '  containers:': sidecar } })).toEqual([]);
  });

  test('keeps secrets as names, in upstreams and in group files', () => {
    const login =
      'upstreams:\n  public.example.com: { username: reader, password: "${secret:reader-password}" }\nimages:';

    const policy = valid({
      gates: { 'images:': login },
      group: { 'location: westeurope': 'location: "${secret:place}"' },
    });

    expect(policy.upstreams).toEqual({
      'public.example.com': { username: 'reader', password: '${secret:reader-password}' },
    });
    expect(policy.apps['web']?.group.location).toBe('${secret:place}');
  });

  test('lets a setting name the host of an upstream', () => {
    const login = 'upstreams:\n  ${PUBLIC_REGISTRY}: { username: a, password: "${secret:b}" }\nimages:';

    const policy = valid({ gates: { 'images:': login } });

    expect(Object.keys(policy.upstreams)).toEqual(['public.example.com']);
  });

  test('finds no gate under a name that only the prototype of objects has', () => {
    expect(valid().gates['constructor']).toBeUndefined();
  });

  test('shares a check list through an anchor', () => {
    const second = `soak: 3d
  other:
    from: docker.io/node:20
    to: \${BASE_REGISTRY}/node:20
    checks: *shared`;

    const policy = valid({ gates: { 'checks:': 'checks: &shared', 'soak: 3d': second } });

    expect(policy.gates['other']?.checks).toEqual(policy.gates['node']?.checks);
    expect(policy.gates['other']?.from).toMatchObject({ host: 'docker.io', repository: 'library/node' });
  });
});

test('an anchor may serve as many gates as a company has', () => {
  const gates = Array.from(
    { length: 300 },
    (_, i) => `  g${i}: { from: "docker.io/x/y:${i}", to: "base.azurecr.io/y:${i}", checks: *shared }\n`,
  );

  const policy = valid({ gates: { 'checks:': 'checks: &shared', 'images:': `${gates.join('')}images:` } });

  expect(Object.keys(policy.gates)).toHaveLength(301);
});

describe('warnings', () => {
  test('name an app whose image is built from no gate', () => {
    const policy = valid({ gates: { '    build: { task: hello-build, pass: { BASE_IMAGE: node } }\n': '' } });

    expect(policy.warnings).toEqual([
      'gates.yaml:13:3  app "web": image "hello" is built from no gate, so nothing stands between this app and its public bases.',
    ]);
  });

  test('name a login that no gate uses', () => {
    const login = 'upstreams:\n  docker.io: { username: a, password: "${secret:b}" }\nimages:';

    const policy = valid({ gates: { 'images:': login } });

    expect(policy.warnings).toEqual(['gates.yaml:10:3  upstream "docker.io": no gate follows anything there.']);
  });
});

describe('the hash of a check', () => {
  const checkHash = (change = {}) => valid(change).gates['node']?.checks[0]?.hash;

  test.each([
    ['the script', { files: { 'checks/node.sh': 'node --help\n' } }],
    ['the timeout', { gates: { 'timeout: 4m': 'timeout: 6m' } }],
  ])('changes with %s', (_, change) => {
    expect(checkHash(change)).not.toBe(checkHash());
  });

  test.each([
    ['the soak', { gates: { 'soak: 3d': 'soak: 4d' } }],
    [
      'the path of the script',
      { gates: { 'checks/node.sh': 'checks/moved.sh' }, files: { 'checks/moved.sh': 'node --version\n' } },
    ],
    ['the way the timeout is written', { gates: { 'timeout: 4m': 'timeout: 240s' } }],
  ])('does not change with %s, so evidence stays', (_, change) => {
    expect(checkHash(change)).toBe(checkHash());
  });

  test('is the SHA-256 of canonical JSON', () => {
    expect(checkHash()).toBe(hash('{"kind":"script","script":"node --version\\n","timeoutSeconds":240}'));
  });
});

describe('the hash of a policy', () => {
  test.each([
    ['gates.yaml', { files: { 'gates.yaml': `${GATES}# a comment\n` } }],
    ['a file that nothing names', { files: { 'README.md': 'hello' } }],
    ['a setting that is used', { settings: { ...SETTINGS, BASE_REGISTRY: 'other.azurecr.io' } }],
  ])('changes with %s', (_, change) => {
    expect(valid(change).hash).not.toBe(valid().hash);
  });

  test('does not change with a setting that nothing uses', () => {
    expect(valid({ settings: { ...SETTINGS, OTHER_REGISTRY: 'other.azurecr.io' } }).hash).toBe(valid().hash);
  });
});

test('whatever is typed into gates.yaml, the answer is a policy or problems that point into a file', () => {
  const pieces = [
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ':',
    ' ',
    '\n',
    '\t',
    '-',
    '&a ',
    '*a',
    '${',
    '$${',
    '!x ',
    '<<: ',
    '#',
    '|',
    '? ',
    '~',
    '0',
    '\u0000',
  ];
  const slip = fc.record({ at: fc.nat(GATES.length), cut: fc.nat(30), put: fc.constantFrom('', ...pieces) });

  fc.assert(
    fc.property(fc.array(slip, { minLength: 1, maxLength: 4 }), (slips) => {
      const text = slips.reduce((typed, { at, cut, put }) => typed.slice(0, at) + put + typed.slice(at + cut), GATES);

      const parsed = parse({ files: { 'gates.yaml': text } });

      if (parsed.kind === 'valid') return;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const { file, line, column } of parsed.problems) {
        expect(['gates.yaml', 'apps/web.yaml']).toContain(file);
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length + 1);
        expect(column).toBeGreaterThan(0);
      }
    }),
    { numRuns: 300 },
  );
});
