import { describe, expect, it, test } from 'vitest';
import type { Check } from '../../../shared/domain/check.ts';
import { problemsOf, valid, type Change } from './policy-fixture.ts';

const FIXTURE = '{ script: checks/node.sh, timeout: 4m }';
const written = (check: string): Change => ({ gates: { [FIXTURE]: `{ ${check} }` } });
const read = (check: string): Check => valid(written(check)).gates['node']?.checks[0] as Check;
const says = (check: string): string[] =>
  problemsOf(written(check)).map((text) => text.replace(/^gates\.yaml:7:\d+ {2}gate "node", check "functional": /, ''));
const PAGE = 'probe: { http: {} }';
const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a probe', () => {
  it('of a page asks for / at port 80 and wants 200, within half a minute, when nothing is said', () => {
    const { hash, ...check } = read(PAGE);

    expect(check).toEqual({
      kind: 'probe',
      name: 'functional',
      ask: { kind: 'http', path: '/', port: 80, status: 200 },
      withinSeconds: 30,
      timeoutSeconds: 300,
    });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes everything that there is to say', () => {
    const check = read(
      `probe: { http: { path: "/a?b=%20", port: 8080, status: 404, body: "it's $(id)", matches: "^(a|b)$" } }, within: 1m, timeout: 2m, ` +
        `command: [nginx, -g, "daemon off;"], client: "docker.io/alpine@${DIGEST}", user: 101, writable: true, tmpfs: [/run, /var/cache/nginx]`,
    );

    expect(check).toMatchObject({
      ask: { path: '/a?b=%20', port: 8080, status: 404, contains: "it's $(id)", matches: '^(a|b)$' },
      withinSeconds: 60,
      timeoutSeconds: 120,
      command: ['nginx', '-g', 'daemon off;'],
      client: { host: 'docker.io', repository: 'library/alpine', digest: DIGEST },
      sandbox: { user: '101:101', writable: true, tmpfs: ['/run', '/var/cache/nginx'] },
    });
  });

  it('asks for a connection, or runs a line in its client', () => {
    expect(read('probe: { tcp: { port: 6379 } }')).toMatchObject({ ask: { kind: 'tcp', port: 6379 } });
    expect(read('probe: { run: "redis-cli ping | grep -q PONG" }')).toMatchObject({
      ask: { kind: 'run', line: 'redis-cli ping | grep -q PONG' },
    });
  });

  it('waits no longer than its time, when it does not say how long', () => {
    expect(read(`${PAGE}, timeout: 10s`)).toMatchObject({ withinSeconds: 10, timeoutSeconds: 10 });
  });

  test.each<[what: string, check: string, says: string[]]>([
    [
      'no question',
      'probe: {}',
      [
        'probe: it does not say what to ask; name one of "http" (path, port, status, body), "tcp" (port) and "run" (a line for the shell of the client).',
      ],
    ],
    ['a path for a question', 'probe: /health', ['expected a mapping, but this is the text "/health".']],
    [
      'two questions',
      'probe: { http: {}, tcp: { port: 80 } }',
      [
        'a probe asks one thing; name one of "http" (path, port, status, body), "tcp" (port) and "run" (a line for the shell of the client), and make another check of the other.',
      ],
    ],
    [
      'an unknown question',
      'probe: { htp: {} }',
      [expect.stringContaining('does not say what to ask'), 'unknown key "htp". Did you mean "http"?'],
    ],
    ['an unknown key of a question', 'probe: { http: { pth: / } }', ['unknown key "pth". Did you mean "path"?']],
    [
      'a connection without a port',
      'probe: { tcp: {} }',
      ['"port" is missing: where the candidate listens, on its loopback.'],
    ],
    ['a port that is none', 'probe: { http: { port: 70000 } }', ['port: a port is 1 to 65535.']],
    ['a status that is none', 'probe: { http: { status: 20 } }', ['status: a status is 100 to 599.']],
    [
      'a path without a slash',
      'probe: { http: { path: health } }',
      [expect.stringMatching(/^path: a path begins with "\/"/)],
    ],
    [
      'a path that ends the line of the question',
      'probe: { http: { path: "/ HTTP/1.0\\r\\nHost: x" } }',
      [expect.stringMatching(/^path: a path begins with "\/"/)],
    ],
    [
      'a body of two lines',
      'probe: { http: { body: "a\\nb" } }',
      ['body: write it on one line, without control characters.'],
    ],
    [
      'a body that every page contains',
      'probe: { http: { body: "" } }',
      ['body: it is empty, so it would say yes to everything.'],
    ],
    ['an empty line', 'probe: { run: "" }', ['run: it is empty, so it would say yes to everything.']],
    [
      'a client by its tag',
      `${PAGE}, client: docker.io/library/alpine:3.22`,
      [
        'client: "docker.io/library/alpine:3.22" has no digest, and a tag may mean another image tomorrow; write <image>@sha256:<digest>.',
      ],
    ],
    [
      'a client without a registry',
      `${PAGE}, client: "alpine@${DIGEST}"`,
      [expect.stringContaining('the registry host is missing')],
    ],
    [
      'a client whose digest is cut',
      `${PAGE}, client: "docker.io/library/alpine@sha256:abc"`,
      [expect.stringContaining('not a digest')],
    ],
    [
      'a within that is longer than its time',
      `${PAGE}, within: 2m, timeout: 1m`,
      ['within: it is longer than the "timeout" of the check; the check would be stopped first.'],
    ],
    ['a within of nothing', `${PAGE}, within: 0s`, ['within: it is at least 1s.']],
    [
      'a command that is a line',
      `${PAGE}, command: nginx -g`,
      ['command: expected a list, but this is the text "nginx -g".'],
    ],
    ['an empty command', `${PAGE}, command: []`, ['command: leave it out, and the image runs what it says itself.']],
  ])('refuses %s', (_, check, problems) => expect(says(check)).toEqual(problems));
});

describe('the sandbox of a check', () => {
  const SCRIPT = 'script: checks/node.sh';

  it('is as narrow as it gets when nothing is said, or nothing but that', () => {
    expect(read(SCRIPT)).not.toHaveProperty('sandbox');
    expect(read(`${SCRIPT}, writable: false, tmpfs: []`)).toEqual(read(SCRIPT));
  });

  test.each([
    ['user: 101', { user: '101:101' }],
    ['user: "101"', { user: '101:101' }],
    ['user: "101:0"', { user: '101:0' }],
    ['user: "0101:07"', { user: '101:7' }],
    ['user: root', { user: '0:0' }],
    ['writable: true', { writable: true }],
    ['tmpfs: [/var/cache/nginx, /run]', { tmpfs: ['/run', '/var/cache/nginx'] }],
  ])('is wider by %s', (options, sandbox) => {
    expect(read(`${SCRIPT}, ${options}`)).toMatchObject({ sandbox });
    expect(read(`${PAGE}, ${options}`)).toMatchObject({ sandbox });
  });

  it('is part of what a verdict is for', () => {
    const checks = [
      SCRIPT,
      `${SCRIPT}, user: 101`,
      `${SCRIPT}, writable: true`,
      `${SCRIPT}, tmpfs: [/run]`,
      PAGE,
      `${PAGE}, user: 101`,
      `${PAGE}, command: [x]`,
      `${PAGE}, client: "docker.io/library/alpine@${DIGEST}"`,
      `${PAGE}, within: 10s`,
      'probe: { http: { body: x } }',
    ];

    expect(new Set(checks.map((check) => read(check).hash)).size).toBe(checks.length);
    expect(read(`${SCRIPT}, tmpfs: [/b, /a]`).hash).toBe(read(`${SCRIPT}, tmpfs: [/a, /b]`).hash);
  });

  const USER =
    'user: a user is a number, or two with ":" between them for user and group, such as 101 or "101:101": a name would mean what the image says it does.';
  const ROOT = 'user: that is root, which is asked for by its name: "user: root". It still has no capabilities.';
  const FOLDER =
    'tmpfs: a folder is an absolute path of letters, digits, ".", "_" and "-", without "." or ".." as a part, such as /var/cache/nginx.';
  test.each<[options: string, says: string[]]>([
    ['user: 0', [ROOT]],
    ['user: "0"', [ROOT]],
    ['user: "00:5"', [ROOT]],
    ['user: nginx', [USER]],
    ['user: -1', [USER]],
    ['user: 1.5', [USER]],
    ['user: 4294967295', [USER]],
    ['user: "101:"', [USER]],
    ['user: "101 --privileged"', [USER]],
    ['user: true', [USER]],
    ['writable: yes please', ['writable: expected boolean, but this is the text "yes please".']],
    ['tmpfs: /run', ['tmpfs: expected a list, but this is the text "/run".']],
    ['tmpfs: [run]', [FOLDER]],
    ['tmpfs: ["/run:exec"]', [FOLDER]],
    ['tmpfs: ["/run,size=100g"]', [FOLDER]],
    ['tmpfs: ["/a b"]', [FOLDER]],
    ['tmpfs: [/a/../b]', [FOLDER]],
    ['tmpfs: [/a/./b]', [FOLDER]],
    ['tmpfs: [/]', [FOLDER]],
    ['tmpfs: [/a/]', [FOLDER]],
    ['tmpfs: [/tmp]', ['tmpfs: /tmp can always be written to; remove it here.']],
    ['tmpfs: [/gate/x]', ['tmpfs: /proc, /sys, /dev, /gate belong to the engine and to the check.']],
    ['tmpfs: [/proc]', ['tmpfs: /proc, /sys, /dev, /gate belong to the engine and to the check.']],
    ['tmpfs: [/run, /run]', ['tmpfs: a folder is named twice.']],
  ])('refuses %s', (options, problems) => expect(says(`${SCRIPT}, ${options}`)).toEqual(problems));

  it('is none of a task, which has no sandbox', () => {
    expect(says('task: { context: "https://git.example.com/t.git" }, unsandboxed: true, user: 101')).toHaveLength(1);
  });
});
