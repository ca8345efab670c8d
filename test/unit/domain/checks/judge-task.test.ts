import { describe, expect, test } from 'vitest';
import { judgeTask, planTask } from '../../../../shared/domain/checks/task.ts';
import { digest as digestSchema, host, repository } from '../../../../shared/domain/reference.ts';

const DIGEST = digestSchema.parse(`sha256:${'a'.repeat(64)}`);
const OTHER = `sha256:${'b'.repeat(64)}`;
const candidate = {
  host: host.parse('quarantine.azurecr.io'),
  repository: repository.parse('node/library/node'),
  digest: DIGEST,
};

const dependency = (digest: string, name = 'node/library/node') =>
  [
    '    registry: quarantine.azurecr.io',
    `    repository: ${name}`,
    '    tag: 15-alpine',
    `    digest: ${digest}`,
  ].join('\r\n');
const recorded = (...entries: string[]) =>
  [
    '2026/03/02 10:00:00 Step ID: test marked as successful (elapsed time in seconds: 1.18)',
    '2026/03/02 10:00:00 The following dependencies were found:',
    '2026/03/02 10:00:00',
    ...entries,
    '',
    'Run ID: ca7 was successful after 5s',
    '',
  ].join('\r\n');
const built = (runtime: string, more = '') =>
  `- image:\r\n    registry: quarantine.azurecr.io\r\n    repository: test\r\n    tag: ca7\r\n    digest: ${OTHER}\r\n  runtime-dependency:\r\n${runtime}\r\n${more}  git: {}`;
const judge = (log: string, state: 'succeeded' | 'failed' | 'timeout' = 'succeeded') =>
  judgeTask({ state, log, candidate });

describe('a task that succeeded', () => {
  test('passes when its image was built from the candidate', () => {
    expect(judge(recorded(built(dependency(DIGEST))))).toEqual({ verdict: 'pass', reasons: [] });
  });

  test('passes when a stage of its build was', () => {
    const stage = `  buildtime-dependency:\r\n  - registry: quarantine.azurecr.io\r\n    repository: node/library/node\r\n    digest: ${DIGEST}\r\n`;

    expect(judge(recorded(built(dependency(OTHER, 'tools'), stage))).verdict).toBe('pass');
  });

  test('passes with a record that is JSON', () => {
    const json = JSON.stringify([
      { image: null, 'runtime-dependency': { registry: 'q', repository: 'node/library/node', digest: DIGEST } },
    ]);

    expect(judge(recorded(json)).verdict).toBe('pass');
  });

  test('passes with several images, one of them from elsewhere', () => {
    expect(judge(recorded(built(dependency(OTHER, 'tools')), built(dependency(DIGEST)))).verdict).toBe('pass');
  });

  test.each([
    ['nothing was recorded', 'the colour is green\r\n', /no record that it built from the candidate/],
    ['it was built from another image', recorded(built(dependency(DIGEST, 'node/library/nodes'))), /no record/],
    [
      'it was built from another digest',
      recorded(built(dependency(OTHER))),
      /it built from sha256:b{64}, which is not/,
    ],
    [
      'one of its images was built from another digest',
      recorded(built(dependency(DIGEST)), built(dependency(OTHER))),
      /which is not the candidate/,
    ],
    ['the digest is missing', recorded(built(dependency(''))), /it built from an image without a digest/],
    ['the record cannot be read', recorded('- image: ['), /no record/],
    ['the record is cut off', 'The following dependencies were found:\r\n', /no record/],
    ['the digest stands only in its own words', `I was built from ${DIGEST}\r\n`, /no record/],
  ])('is no verdict when %s', (_, log, why) => {
    const { verdict, reasons } = judge(log);

    expect(verdict).toBe('unknown');
    expect(reasons[0]).toMatch(why);
  });
});

describe('a task that failed', () => {
  test('fails the candidate that it used, with its last words and no control characters', () => {
    const log = `Digest: ${DIGEST}\r\n\u001b[31mthe colour is red\r\nfailed to run step ID: test: exit status 1\r\n`;

    expect(judge(log, 'failed')).toEqual({
      verdict: 'fail',
      reasons: [
        'a step of the task failed',
        `Digest: ${DIGEST}`,
        ' [31mthe colour is red',
        'failed to run step ID: test: exit status 1',
      ],
    });
  });

  test('is no verdict when it never got as far as the candidate', () => {
    expect(judge('failed to clone\r\n', 'failed')).toEqual({
      verdict: 'unknown',
      reasons: ['the run failed before it built anything from the candidate', 'failed to clone'],
    });
  });
});

test('a task that took too long is no verdict', () => {
  expect(judge(recorded(built(dependency(DIGEST))), 'timeout').verdict).toBe('unknown');
});

test('a task gets the candidate by digest, and what stands before its name', () => {
  const check = {
    ...{ kind: 'task' as const, name: 'build', hash: 'h', timeoutSeconds: 420 },
    ...{ context: 'https://git.example.com/t.git#main', file: 'acr-task.yaml' },
  };

  expect(planTask(check, { candidate, from: 'quarantine.azurecr.io/node/library/' })).toEqual({
    source: 'https://git.example.com/t.git#main',
    file: 'acr-task.yaml',
    values: [
      { name: 'CANDIDATE', value: `quarantine.azurecr.io/node/library/node@${DIGEST}`, secret: false },
      { name: 'REGISTRY_FROM_URL', value: 'quarantine.azurecr.io/node/library/', secret: false },
    ],
    timeoutSeconds: 420,
  });
});
