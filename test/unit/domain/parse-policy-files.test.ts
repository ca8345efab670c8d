/** Several policy files, one for each team, and the defaults of each. */
import { describe, expect, test } from 'vitest';
import { problemsOf, valid } from './policy-fixture.ts';
import type { Change } from './policy-fixture.ts';

const gate = (name: string, tag: string, more = '') =>
  `  ${name}:
    from: docker.io/library/${name}:${tag}
    to: \${BASE_REGISTRY}/${name}:${tag}
    checks: { functional: { script: checks/node.sh } }
${more}`;
const team = (text: string): Change => ({ files: { 'team.yaml': `version: 1\n${text}` } });

describe('several policy files', () => {
  test('are one policy: what one file names, another has', () => {
    const policy = valid(
      team(`gates:\n${gate('python', '3')}images:
  report: { repository: "\${TEAM_REGISTRY}/report", build: { task: report, pass: { BASE: node, TOOL: python } } }\n`),
    );

    expect(Object.keys(policy.gates)).toEqual(['node', 'python']);
    expect(policy.images['report']?.build?.pass).toEqual({ BASE: 'node', TOOL: 'python' });
  });

  test('need no gates.yaml among them', () => {
    const policy = valid({
      files: { 'gates.yaml': undefined, 'team.yaml': `version: 1\ngates:\n${gate('node', '20')}` },
    });

    expect(Object.keys(policy.gates)).toEqual(['node']);
  });

  test('may have no gate of their own', () => {
    expect(problemsOf(team('images: { other: { repository: "${TEAM_REGISTRY}/other" } }\n'))).toEqual([]);
  });

  test.each<[what: string, text: string, says: string[]]>([
    [
      'a gate of the same name',
      `gates:\n${gate('node', '20')}`,
      ['team.yaml:3:3  gate "node": another gate has this name too (gates.yaml:3:3). Names are unique over all files.'],
    ],
    [
      'an image of the same name',
      'images:\n  hello: { repository: "${TEAM_REGISTRY}/other" }\n',
      [
        'team.yaml:3:3  image "hello": another image has this name too (gates.yaml:10:3). Names are unique over all files.',
      ],
    ],
    [
      'an image named as a gate of another file',
      'images:\n  node: { repository: "${TEAM_REGISTRY}/other" }\n',
      [
        'team.yaml:3:3  image "node": a gate has this name too (gates.yaml:3:3). A rollout is named after either, so rename one.',
      ],
    ],
    [
      'a gate that writes the tag of another file',
      `gates:\n${gate('other', '1').replace('${BASE_REGISTRY}/other:1', '${BASE_REGISTRY}/node:15-alpine')}`,
      [
        'team.yaml:5:9  gate "other": to: gate "node" writes base.azurecr.io/node:15-alpine too (gates.yaml:5:5). Give each gate its own tag.',
      ],
    ],
  ])('refuse %s, and name both places', (_, text, says) => {
    expect(problemsOf(team(text))).toEqual(says);
  });

  test('say the problems of gates.yaml first', () => {
    const problems = problemsOf({
      gates: { 'soak: 3d': 'soak: 3' },
      files: { 'a.yaml': `version: 1\ngates:\n${gate('a', '1', '    soak: 3\n')}` },
    });

    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['gates.yaml:8:11', 'a.yaml:7:11']);
  });

  test('refuse a second login for one host', () => {
    const login = 'upstreams:\n  docker.io: { username: a, password: "${secret:b}" }\n';

    const problems = problemsOf({ ...team(login), gates: { 'images:': `${login}images:` } });

    expect(problems).toEqual([
      'team.yaml:3:3  upstream "docker.io": this is docker.io, which already has a login (gates.yaml:10:3). Keep one.',
    ]);
  });
});

describe('defaults', () => {
  const all =
    'defaults: { platforms: [linux/arm64], soak: 2h, unique: "{digest12}", mode: observe, whenReplaced: keep, timeout: 9m }\n';

  test('fill what the gates of their own file leave out, and no gate of another file', () => {
    const policy = valid(team(`${all}gates:\n${gate('python', '3')}`));

    expect(policy.gates['python']).toMatchObject({
      platforms: ['linux/arm64'],
      soakMs: 2 * 3_600_000,
      unique: '{digest12}',
      mode: 'observe',
      whenReplaced: 'keep',
      checks: [{ timeoutSeconds: 540 }],
    });
    expect(policy.gates['node']).toMatchObject({
      platforms: ['linux/amd64'],
      mode: 'enforce',
      whenReplaced: 'withdraw',
    });
  });

  test('give way to what a gate says itself', () => {
    const own = '    soak: 0s\n    mode: enforce\n    whenReplaced: withdraw\n';

    const policy = valid(team(`${all}gates:\n${gate('python', '3', own)}`));

    expect(policy.gates['python']).toMatchObject({ soakMs: 0, mode: 'enforce', whenReplaced: 'withdraw' });
  });

  test.each<[what: string, text: string, says: string[]]>([
    [
      'a key that is no default',
      'defaults: { sock: 3d }\n',
      ['team.yaml:2:13  defaults: unknown key "sock". Did you mean "soak"?'],
    ],
    [
      'a value that is wrong, once, however many gates there are',
      `defaults: { timeout: 8h }\ngates:\n${gate('python', '3')}${gate('ruby', '3')}`,
      ['team.yaml:2:22  defaults: timeout: a check gets at least 1s and at most 7h.'],
    ],
    [
      'a template that gives some gate no tag',
      `defaults: { unique: "{stable}" }\ngates:\n${gate('python', '3')}`,
      [
        'team.yaml:4:3  gate "python": unique: "{stable}" is the same for every promotion; put {run} or {digest12} into it.',
      ],
    ],
    [
      'defaults that are a list',
      'defaults: []\n',
      ['team.yaml:2:11  defaults: expected a mapping, but this is a list.'],
    ],
  ])('refuse %s', (_, text, says) => {
    expect(problemsOf(team(text))).toEqual(says);
  });
});

test('a task check has its context and file, and is known for running without a sandbox', () => {
  const check = '{ task: { context: "https://git.example.com/t.git#main" }, unsandboxed: true }';

  const policy = valid({ gates: { '{ script: checks/node.sh, timeout: 4m }': check } });

  expect(policy.gates['node']?.checks).toEqual([
    {
      kind: 'task',
      name: 'functional',
      context: 'https://git.example.com/t.git#main',
      file: 'acr-task.yaml',
      timeoutSeconds: 300,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
});
