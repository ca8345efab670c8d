/** A lint over every task file that a check is run by, for whatever a policy may say. A new kind of check goes into the table. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { planProbe } from '../../../../shared/domain/checks/probe.ts';
import type { Sandbox } from '../../../../shared/domain/checks/sandbox.ts';
import { planScript } from '../../../../shared/domain/checks/script.ts';
import { planVulnerabilities } from '../../../../shared/domain/checks/vulnerabilities/plan.ts';
import type { CheckPlan } from '../../../../shared/domain/checks/trusted-step.ts';
import type { ProbeQuestion } from '../../../../shared/domain/check.ts';
import { formatReference, host, repository } from '../../../../shared/domain/reference.ts';
import { A, B } from '../gate-builders.ts';
import { lintTaskFile } from './task-file-lint.ts';
import { check as scanCheck } from './vulnerabilities/scan-builders.ts';

const facts = {
  candidate: {
    host: host.parse('quarantine.azurecr.io'),
    repository: repository.parse('node/library/node'),
    digest: A,
  },
  runnerImage: 'docker:28-cli',
  clientImage: 'docker:28-cli',
  nonce: '5ec7e75ec7e7',
};
const lint = (plan: CheckPlan) => lintTaskFile(plan, { ...facts, candidate: formatReference(facts.candidate) });

/** Text with everything that a template, a shell, YAML and docker act on. */
const text = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom(
    '{{.Values.nonce}}',
    '$SharedVolume:/x',
    "'; docker run --privileged $CANDIDATE; '",
    '$(id)`id`',
    '--privileged',
    '# "',
    formatReference(facts.candidate),
  ),
);
const line = text.map((value) => value.replaceAll(/\p{Cc}/gu, ' '));
const port = fc.integer({ min: 1, max: 65_535 });
const sandbox: fc.Arbitrary<Sandbox> = fc.record(
  {
    user: fc.constantFrom('0:0', '101:101', '7:0'),
    writable: fc.boolean(),
    tmpfs: fc.subarray(['/run', '/var/cache/nginx', '/a.b_c-d']),
  },
  { requiredKeys: [] },
);
const question: fc.Arbitrary<ProbeQuestion> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('http' as const),
      path: fc.constantFrom('/', '/a?b=$(id)&c=`d`', "/'"),
      port,
      status: fc.integer({ min: 100, max: 599 }),
      contains: line,
      matches: line,
    },
    { requiredKeys: ['kind', 'path', 'port', 'status'] },
  ),
  fc.record({ kind: fc.constant('tcp' as const), port }),
  fc.record({ kind: fc.constant('run' as const), line }),
);
const common = {
  name: fc.constant('check'),
  hash: fc.constant('h'),
  timeoutSeconds: fc.integer({ min: 1, max: 25_200 }),
};

const tool = (name: string) => ({ ...facts.candidate, repository: repository.parse(name), digest: B });
const words = fc.array(line, { minLength: 1, maxLength: 4 });

/** Every kind of check that has a run: in two the candidate runs in a sandbox, in a scan it is a file. */
const PLANS: Record<string, fc.Arbitrary<CheckPlan>> = {
  script: fc
    .record(
      { kind: fc.constant('script' as const), script: text, sandbox, ...common },
      { requiredKeys: ['kind', 'script', 'name', 'hash', 'timeoutSeconds'] },
    )
    .map((check) => planScript(check, facts)),
  probe: fc
    .record(
      {
        kind: fc.constant('probe' as const),
        ask: question,
        withinSeconds: fc.integer({ min: 1, max: 1_000 }),
        command: fc.array(text, { minLength: 1, maxLength: 3 }),
        sandbox,
        ...common,
      },
      { requiredKeys: ['kind', 'ask', 'withinSeconds', 'name', 'hash', 'timeoutSeconds'] },
    )
    .map((check) => planProbe(check, facts)),
  vulnerabilities: fc
    .record({ args: words, database: fc.constantFrom(undefined, { path: '/cache' }), current: fc.boolean() })
    .map(({ args, database, current }) =>
      planVulnerabilities(scanCheck({ args, ...(database ? { database } : {}) }), {
        ...{ ...facts, platform: 'linux/arm64', scanner: tool('trivy'), database: tool('trivy-db') },
        ...(current ? { current: tool('node') } : {}),
      }),
    ),
};

describe.each(Object.keys(PLANS))(
  'W5, a candidate beside the socket and the login: the task file of a %s check',
  (kind) => {
    it('has the candidate nowhere but in the sandbox, whatever the policy says', async () => {
      await fc.assert(
        fc.asyncProperty(PLANS[kind] as fc.Arbitrary<CheckPlan>, async (plan) => {
          expect(await lint(plan)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    });
  },
);

/** What the lint would say of a task file that is not ours. */
const written = (...steps: string[]): CheckPlan => ({
  taskFile: 'acr-task.yaml',
  files: [{ path: 'acr-task.yaml', text: ['version: v1.1.0', 'steps:', ...steps].join('\n') }],
  values: [
    { name: 'candidate', value: formatReference(facts.candidate), secret: false },
    { name: 'runner', value: facts.runnerImage, secret: false },
    { name: 'nonce', value: facts.nonce, secret: false },
  ],
  timeoutSeconds: 300,
});
const script = (lines: string): CheckPlan => {
  const plan = written('  - cmd: "{{.Values.runner}} sh run-check.sh"');
  return { ...plan, files: [...plan.files, { path: 'run-check.sh', text: lines }] };
};

const scan = (outside: string, inside = ':') => `scan() {\n  ${inside}\n}\n${outside}`;

test.each<[what: string, plan: CheckPlan, problem: RegExp]>([
  ['the candidate as the image of a step', written('  - cmd: "{{.Values.candidate}} ./test.sh"'), /is of the image/],
  [
    'the candidate in a command',
    written('  - cmd: "{{.Values.runner}} docker run {{.Values.candidate}}"'),
    /names the candidate in its command/,
  ],
  ['the nonce in a command', written('  - cmd: "{{.Values.runner}} sh run.sh {{.Values.nonce}}"'), /shows the nonce/],
  ['a build', written('  - build: "-t x ."'), /is a "build" step/],
  ['a push', written('  - push: ["x"]'), /is a "push" step/],
  ['what the shell of the agent acts on', written('  - cmd: "{{.Values.runner}} sh run.sh > out"'), /a shell acts on/],
  ['the shared volume', script('docker run --volume "$SharedVolume:/x" x'), /names \$SharedVolume/],
  ['a run of the candidate beside the sandbox', script('docker run "$CANDIDATE"'), /outside of a sandbox/],
  [
    'a scan that runs the candidate',
    script(scan('scan candidate "$CANDIDATE" "$@"', 'docker run --network none "$2"')),
    /more with an image than to save it.*runs what is no tool/s,
  ],
  ['a scan whose tool has a network', script(scan('docker run "$SCANNER"')), /runs with a network/],
  ['a scan whose tool may too much', script(scan('docker run --network none "$SCANNER"')), /without --cap-drop ALL/],
  ['a run of the candidate beside a scan', script(scan('docker run --network none "$CANDIDATE"')), /no tool/],
  ['a run with less than all flags', script('contain candidate --network none "$CANDIDATE"'), /without --cap-drop ALL/],
  ['a network', script('contain candidate --network bridge "$CANDIDATE"'), /without --network none/],
  ['more than it may have', script('contain candidate --privileged "$CANDIDATE"'), /more than it may have/],
])('the lint finds %s', async (_, plan, problem) => {
  expect((await lint(plan)).join('\n')).toMatch(problem);
});
