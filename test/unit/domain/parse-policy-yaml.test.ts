import { describe, expect, test } from 'vitest';
import { GATES, problemsOf, SETTINGS, valid } from './policy-fixture.ts';
import type { Change } from './policy-fixture.ts';

type Row = [what: string, change: Change, says: string[]];

const LAUGHS = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  .concat(Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`))
  .join('\n');

const yaml: Row[] = [
  [
    'a key that stands twice',
    { gates: { 'soak: 3d': 'soak: 3d\n    soak: 4d' } },
    ['gates.yaml:9:5  this key stands here a second time. Keep one of the two.'],
  ],
  [
    'a gate that stands twice',
    { gates: { 'images:': '  node: {}\nimages:' } },
    ['gates.yaml:9:3  this key stands here a second time. Keep one of the two.'],
  ],
  [
    'a quote that is not closed',
    { gates: { 'soak: 3d': 'soak: "3d' } },
    ['gates.yaml:19:1  not YAML: Missing closing "quote.'],
  ],
  [
    'a tab',
    { gates: { '    soak: 3d': '\tsoak: 3d' } },
    ['gates.yaml:8:1  not YAML: Tabs are not allowed as indentation.'],
  ],
  [
    'a setting in a mapping in braces without quotes',
    { gates: { 'script: checks/node.sh': 'script: ${DIR}/node.sh' } },
    [
      'gates.yaml:7:30  not YAML: Unexpected flow-map-start at node end. A text with "{", "}", "[", "]", "," or ": " in it may need quotes.',
    ],
  ],
  [
    'a second document',
    { files: { 'gates.yaml': `${GATES}---\nversion: 1\n` } },
    ['gates.yaml:19:1  a second document begins in this file ("---"). Put one document in one file.'],
  ],
  [
    'a tag of YAML',
    { gates: { 'soak: 3d': 'soak: !days 3' } },
    ['gates.yaml:8:11  Unresolved tag: !days. Tags ("!name") mean nothing here; remove it.'],
  ],
  [
    'a merge key',
    { gates: { 'soak: 3d': '<<: {}' } },
    ['gates.yaml:8:5  gate "node": merge keys ("<<") are not read. Use an alias for a whole value.'],
  ],
  ['a key that is a list', { gates: { 'soak: 3d': '[soak]: 3d' } }, ['gates.yaml:8:5  a key has to be text.']],
  [
    'an alias of nothing',
    { gates: { 'soak: 3d': 'soak: *long' } },
    ['gates.yaml:8:11  no anchor "&long" stands before this alias.'],
  ],
  [
    'an alias that contains itself',
    { gates: { 'checks:': 'checks: &checks\n      again: *checks' } },
    ['gates.yaml:7:14  "*checks" contains itself.'],
  ],
  [
    'a billion laughs',
    { files: { 'gates.yaml': `${GATES}${LAUGHS}\n` } },
    ['gates.yaml:1:1  aliases are used too often (more than 1000 copies of one anchor). Write some of them out.'],
  ],
  [
    'a hundred levels',
    { files: { 'gates.yaml': `version: ${'['.repeat(100)}${']'.repeat(100)}\n` } },
    ['gates.yaml:1:49  this is nested too deeply: more than 40 levels.'],
  ],
];

const settings: Row[] = [
  [
    'a setting that is not declared',
    { gates: { BASE_REGISTRY: 'BASE_REGISTY' } },
    [
      'gates.yaml:5:9  setting "${BASE_REGISTY}" is not declared. Did you mean "BASE_REGISTRY"? Settings that end in _REGISTRY and those listed in POLICY_VARIABLES may be named.',
    ],
  ],
  [
    'a setting that is like no other',
    { gates: { BASE_REGISTRY: 'X' } },
    [
      'gates.yaml:5:9  setting "${X}" is not declared. Known: BASE_REGISTRY, PUBLIC_REGISTRY, TEAM_REGISTRY. Settings that end in _REGISTRY and those listed in POLICY_VARIABLES may be named.',
    ],
  ],
  [
    'a setting in a key',
    { gates: { 'images:': 'upstreams:\n  ${X}: { username: a, password: "${secret:b}" }\nimages:' } },
    [
      'gates.yaml:10:3  setting "${X}" is not declared. Known: BASE_REGISTRY, PUBLIC_REGISTRY, TEAM_REGISTRY. Settings that end in _REGISTRY and those listed in POLICY_VARIABLES may be named.',
    ],
  ],
  [
    'a setting in a key whose value is shared',
    {
      gates: {
        'images:': 'upstreams:\n  ${X}: &login { username: a, password: "${secret:b}" }\n  docker.io: *login\nimages:',
      },
    },
    [
      'gates.yaml:10:3  setting "${X}" is not declared. Known: BASE_REGISTRY, PUBLIC_REGISTRY, TEAM_REGISTRY. Settings that end in _REGISTRY and those listed in POLICY_VARIABLES may be named.',
    ],
  ],
  [
    'a setting in small letters',
    { gates: { BASE_REGISTRY: 'base' } },
    ['gates.yaml:5:9  "${base}" names no setting: names are capitals, digits and "_". For a literal "${" write "$${".'],
  ],
  [
    'a brace that is not closed',
    { gates: { '${BASE_REGISTRY}': '${BASE_REGISTRY' } },
    ['gates.yaml:5:9  "${" has no closing "}". For a literal "${" write "$${".'],
  ],
  [
    'a setting that is no registry',
    {
      gates: {},
      settings: { PUBLIC_REGISTRY: 'public', BASE_REGISTRY: 'base.azurecr.io', TEAM_REGISTRY: 'team.azurecr.io' },
    },
    [
      'gates.yaml:4:11  gate "node": from: "public/node:15-alpine" is not an image reference: "public" is no registry host; write docker.io/public/node:15-alpine if it is on Docker Hub.',
    ],
  ],
  [
    'a secret in a gate',
    { gates: { '${BASE_REGISTRY}/node': '${secret:base}/node' } },
    ['gates.yaml:5:9  "${secret:…}" may stand only under "upstreams" and in container group files.'],
  ],
  [
    'a secret with a bad name',
    { group: { westeurope: '"${secret:a_b}"' } },
    ['apps/web.yaml:2:11  "${secret:…}" needs the name of a Key Vault secret: letters, digits and "-", 127 at most.'],
  ],
  [
    'a literal that would be taken for a secret',
    { group: { westeurope: '"$${secret:a}"' } },
    ['apps/web.yaml:2:11  "$${secret:" cannot be written literally: it would be filled in later.'],
  ],
  [
    'keys that become the same',
    {
      gates: {
        'images:':
          'upstreams:\n  ${PUBLIC_REGISTRY}: &login { username: a, password: "${secret:b}" }\n  public.example.com: *login\nimages:',
      },
    },
    ['gates.yaml:11:3  "public.example.com" stands here a second time.'],
  ],
];

const upstreams: Row[] = [
  [
    'a password that is written out',
    { gates: { 'images:': 'upstreams:\n  docker.io: { username: a, password: hunter2 }\nimages:' } },
    [
      'gates.yaml:10:39  upstream "docker.io": password: a password is not written into a policy; put it into Key Vault and name it here: "${secret:name}".',
    ],
  ],
  [
    'a password that is a number',
    { gates: { 'images:': 'upstreams:\n  docker.io: { username: a, password: 12345 }\nimages:' } },
    [
      'gates.yaml:10:39  upstream "docker.io": password: a password is not written into a policy; put it into Key Vault and name it here: "${secret:name}".',
    ],
  ],
  [
    'a login without a password',
    { gates: { 'images:': 'upstreams:\n  docker.io: { username: a }\nimages:' } },
    [
      'gates.yaml:10:3  upstream "docker.io": "password" is missing: "${secret:name}", the name of a secret in Key Vault.',
    ],
  ],
  [
    'a login for no host',
    { gates: { 'images:': 'upstreams:\n  docker: { username: a, password: "${secret:b}" }\nimages:' } },
    ['gates.yaml:10:3  upstream "docker": "docker" is no registry host, such as docker.io.'],
  ],
  [
    'two logins for one host',
    {
      gates: {
        'images:':
          'upstreams:\n  docker.io: &login { username: a, password: "${secret:b}" }\n  index.docker.io: *login\nimages:',
      },
    },
    [
      'gates.yaml:11:3  upstream "index.docker.io": this is docker.io, which already has a login (gates.yaml:10:3). Keep one.',
    ],
  ],
];

const folder: Row[] = [
  ['no gates.yaml', { files: { 'gates.yaml': undefined } }, ['gates.yaml:1:1  the policy folder has no gates.yaml.']],
  [
    'gates.yml',
    { files: { 'gates.yaml': undefined, 'gates.yml': GATES } },
    ['gates.yaml:1:1  the policy folder has no gates.yaml. It has gates.yml; the name is "gates.yaml", at the top.'],
  ],
  [
    'a YAML file that nothing knows',
    { files: { 'team.yaml': 'gates: {}\n' } },
    [
      'team.yaml:1:1  this is no policy file, which begins with "version: 1", and no app names it as its "group". Add the version, name it, or remove it.',
    ],
  ],
  [
    'a policy file of another ending',
    { files: { 'team.yml': 'version: 1\n' } },
    [
      'team.yml:1:1  no app names this file as its "group", and the name of a policy file ends in ".yaml". Rename it, name it, or remove it.',
    ],
  ],
];

describe('a file', () => {
  test.each(yaml)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });
});

test('a file that no parser can walk is refused with one sentence', () => {
  const problems = problemsOf({ files: { 'gates.yaml': `version: ${'['.repeat(30_000)}` } });

  expect(problems).toEqual([expect.stringMatching(/^gates.yaml:1:\d+ {2}this is nested too deeply to be read\.$/)]);
});

describe('filling in settings', () => {
  test.each(settings)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });

  test('writes a literal "${" for "$${"', () => {
    const policy = valid({ group: { 'location: westeurope': 'location: "$${HOME}"' } });

    expect(policy.apps['web']?.group.location).toBe('${HOME}');
  });

  test('never reads a value as YAML', () => {
    const change = { gates: { 'soak: 3d': 'soak: "${SOAK}"' }, settings: { ...SETTINGS, SOAK: '1d\nmode: observe' } };

    expect(problemsOf(change)[0]).toMatch(/^gates.yaml:8:11  gate "node": soak: "1d\nmode: observe" is no duration/);
  });

  test('names settings that there are, and never their values', () => {
    const [problem] = problemsOf({ gates: { BASE_REGISTRY: 'X' } });

    expect(problem).toContain('PUBLIC_REGISTRY');
    expect(problem).not.toContain('public.example.com');
  });
});

describe('logins', () => {
  test.each(upstreams)('refuse %s, and repeat no password', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });
});

describe('the folder', () => {
  test.each(folder)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });

  test('lets a group file lie beside gates.yaml', () => {
    const group =
      'name: web\nlocation: x\nproperties: { containers: [{ name: a, properties: { image: "${TEAM_REGISTRY}/hello" } }] }\n';

    expect(problemsOf({ gates: { 'apps/web.yaml': './web.yaml' }, files: { 'web.yaml': group } })).toEqual([]);
  });
});

test('every problem of every file is said at once, in reading order', () => {
  const problems = problemsOf({
    gates: { 'soak: 3d': 'soak: long', 'hello-build': 'b', 'port: 8080': 'port: -1', BASE_REGISTRY: 'BASE' },
    group: { 'location: westeurope\n': '' },
    files: { 'checks/node.sh': '', 'team.yaml': '' },
  });

  expect(problems.map((problem) => problem.split('  ')[0])).toEqual([
    'gates.yaml:5:9',
    'gates.yaml:7:29',
    'gates.yaml:8:11',
    'gates.yaml:12:20',
    'gates.yaml:18:21',
    'apps/web.yaml:1:1',
    'team.yaml:1:1',
  ]);
});
