import { describe, expect, test } from 'vitest';
import { problemsOf } from './policy-fixture.ts';
import type { Change } from './policy-fixture.ts';

type Row = [what: string, change: Change, says: string[]];

const checks: Row[] = [
  [
    'no checks',
    { gates: { '    checks:\n      functional: { script: checks/node.sh, timeout: 4m }\n': '' } },
    [
      'gates.yaml:3:3  gate "node": "checks" is missing: nothing is promoted without a verdict, so name at least one check.',
    ],
  ],
  [
    'an empty list of checks',
    { gates: { 'checks:\n      functional: { script: checks/node.sh, timeout: 4m }': 'checks: {}' } },
    ['gates.yaml:6:13  gate "node": checks: nothing is promoted without a verdict; name at least one check.'],
  ],
  [
    'a check with a bad name',
    { gates: { 'functional:': 'Functional_Test:' } },
    [
      'gates.yaml:7:7  gate "node", check "Functional_Test": a name is made of a-z, 0-9 and "-", 40 characters at most.',
    ],
  ],
  [
    'a check without a script',
    { gates: { 'script: checks/node.sh, ': '' } },
    [
      'gates.yaml:7:7  gate "node", check "functional": "script" is missing: the script that runs inside the candidate, such as checks/node/test.sh.',
    ],
  ],
  [
    'a check that is text',
    { gates: { '{ script: checks/node.sh, timeout: 4m }': 'checks/node.sh' } },
    ['gates.yaml:7:19  gate "node", check "functional": expected a mapping, but this is the text "checks/node.sh".'],
  ],
  [
    'an unknown key of a check',
    { gates: { 'timeout: 4m': 'timout: 4m' } },
    ['gates.yaml:7:45  gate "node", check "functional": unknown key "timout". Did you mean "timeout"?'],
  ],
  [
    'a script that is not there',
    { gates: { 'checks/node.sh': 'checks/nod.sh' } },
    [
      'gates.yaml:7:29  gate "node", check "functional": "checks/nod.sh" is not in the policy folder. Did you mean "checks/node.sh"?',
    ],
  ],
  [
    'a script outside of the folder',
    { gates: { 'checks/node.sh': '../node.sh' } },
    [
      'gates.yaml:7:29  gate "node", check "functional": script: a path is relative to the policy folder, in forward slashes and without "..".',
    ],
  ],
  [
    'a script that is empty',
    { files: { 'checks/node.sh': ' \n' } },
    [
      'gates.yaml:7:29  gate "node", check "functional": script "checks/node.sh" is empty, so it would pass everything.',
    ],
  ],
  [
    'a timeout of nothing',
    { gates: { 'timeout: 4m': 'timeout: 0s' } },
    ['gates.yaml:7:54  gate "node", check "functional": timeout: a check gets at least 1s and at most 7h.'],
  ],
  [
    'a timeout longer than a run',
    { gates: { 'timeout: 4m': 'timeout: 8h' } },
    ['gates.yaml:7:54  gate "node", check "functional": timeout: a check gets at least 1s and at most 7h.'],
  ],
  [
    'a task that does not say that it runs without a sandbox',
    task('task: { context: "https://git.example.com/t.git#main" }'),
    [
      'gates.yaml:7:7  gate "node", check "functional": a "task" check runs the team\'s own steps with the container socket and the login of the quarantine registry. Write "unsandboxed: true" beside it if that is meant, or use a "script" check.',
    ],
  ],
  [
    'a task that says it runs in a sandbox',
    task('task: { context: "https://git.example.com/t.git#main" }, unsandboxed: false'),
    [
      'gates.yaml:7:91  gate "node", check "functional": unsandboxed: a "task" check runs the team\'s own steps with the container socket and the login of the quarantine registry. Write "unsandboxed: true" beside it if that is meant, or use a "script" check.',
    ],
  ],
  [
    'a task without a context',
    task('task: { file: t.yaml }, unsandboxed: true'),
    [
      'gates.yaml:7:21  gate "node", check "functional": "context" is missing: the git repository of the task file, with `#<branch or commit>`; a commit cannot change unnoticed.',
    ],
  ],
  [
    'a task from anything but git over https',
    task('task: { context: "git@github.com:team/check.git" }, unsandboxed: true'),
    [
      'gates.yaml:7:38  gate "node", check "functional": context: a context is a git repository, such as https://github.com/team/node-check.git#main.',
    ],
  ],
  [
    'a token in the context of a task',
    task('task: { context: "https://token@git.example.com/t.git" }, unsandboxed: true'),
    [
      'gates.yaml:7:38  gate "node", check "functional": context: a context holds no user or token: git would give it to every run.',
    ],
  ],
  [
    'a task file outside of the repository',
    task('task: { context: "https://git.example.com/t.git", file: ../t.yaml }, unsandboxed: true'),
    [
      'gates.yaml:7:77  gate "node", check "functional": file: a path is relative to the policy folder, in forward slashes and without "..".',
    ],
  ],
  [
    'a check that is both',
    task('script: checks/node.sh, task: { context: "https://git.example.com/t.git" }, unsandboxed: true'),
    [
      'gates.yaml:7:7  gate "node", check "functional": a check is either a "script" or a "task". Make two checks of it.',
    ],
  ],
  [
    'a script that runs without a sandbox',
    task('script: checks/node.sh, unsandboxed: true'),
    ['gates.yaml:7:45  gate "node", check "functional": unsandboxed: it goes with "task" checks; remove it.'],
  ],
];

function task(check: string): Change {
  return { gates: { '{ script: checks/node.sh, timeout: 4m }': `{ ${check} }` } };
}

describe('the checks of a gate', () => {
  test.each(checks)('refuse %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });
});
