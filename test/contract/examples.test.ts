/** The walkthrough's images, check and policy, as a person gets them: built, checked in the sandbox, and served. */
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseGroup } from '../../local/cloud/instances/parse-group.ts';
import { tarOf } from '../../local/cloud/instances/tar.ts';
import { detectEngine } from '../../local/containers/detect.ts';
import type { Engine } from '../../local/containers/engine.ts';
import { findBusybox } from '../../local/setup/busybox.ts';
import { fillSecrets, secretsIn, withDigest } from '../../shared/domain/container-group.ts';
import { digest } from '../../shared/domain/reference.ts';
import { policiesFrom } from '../../shared/policies.ts';
import { policyFolder } from '../../shared/policy-folder.ts';
import { fakeLedger } from '../fakes/ledger.ts';
import { eventually, freePort } from './cloud/services.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/hello-world');
const BASE = 'localhost/example/busybox:1.36';
const COLOURS = ['green', 'red', 'Red', 'rebeccapurple'];

let directory: string;
let engine: Engine;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gated-import-examples-'));
  engine = await detectEngine({ directory: join(directory, 'containers'), instance: 'examples', log: () => {} });
  const busybox = findBusybox();
  if (!busybox) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  await build('base', { tag: BASE, prepare: (context) => copyFile(busybox, join(context, 'busybox')) });
  for (const colour of COLOURS) await buildNode(colour);
}, 120_000);
afterAll(async () => {
  await engine.removeAll({ images: true });
  await rm(directory, { recursive: true, force: true });
});

async function build(
  folder: string,
  options: { tag: string; arguments?: Record<string, string>; prepare?: (context: string) => Promise<void> },
): Promise<void> {
  const context = await mkdtemp(join(directory, 'context-'));
  await cp(join(EXAMPLE, folder), context, { recursive: true });
  await options.prepare?.(context);
  const buildArguments = Object.entries(options.arguments ?? {}).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  await engine.ok(['build', '--tag', options.tag, ...buildArguments, context], { timeoutMs: 60_000 });
}

const nodeImage = (colour: string) => `localhost/example/node:${colour}`;

/** As a person does: the one line is edited. */
async function buildNode(colour: string): Promise<void> {
  await build('base-image-node', {
    tag: nodeImage(colour),
    arguments: { BASE },
    async prepare(context) {
      const file = join(context, 'Dockerfile');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/^(ENV BACKGROUND_COLOR=).*$/m, `$1${colour}`));
    },
  });
}

/** Runs the check of the policy in the sandbox that a gate uses. */
async function check(image: string): Promise<{ code: number | null; output: string }> {
  const volume = await engine.ok(['volume', 'create']);
  const content = await readFile(join(EXAMPLE, 'policy/checks/node/test.sh'));
  const input = await tarOf([{ name: 'test.sh', mode: 0o755, content }]);
  const unpack = ['--entrypoint', 'tar', BASE, '-xf', '-', '-C', '/gate'];
  await engine.ok(['run', '--rm', '--interactive', '--network', 'none', '--volume', `${volume}:/gate`, ...unpack], {
    input,
  });
  const sandbox = [
    ...['--network', 'none', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
    ...['--security-opt', 'no-new-privileges', '--user', '65534:65534', '--pids-limit', '256'],
    ...['--memory', '1g', '--cpus', '1', '--volume', `${volume}:/gate:ro`],
  ];
  const { code, stdout, stderr } = await engine.exec(
    ['run', '--rm', ...sandbox, '--entrypoint', '/bin/sh', image, '/gate/test.sh'],
    { timeoutMs: 30_000 },
  );
  return { code, output: stdout + stderr };
}

test('the check passes a base image whose colour is anything but red', async () => {
  expect(await check(nodeImage('green'))).toEqual({ code: 0, output: expect.stringMatching(/^PASS: .*green/) });
  expect(await check(nodeImage('rebeccapurple'))).toMatchObject({ code: 0 });
});

test.each(['red', 'Red'])('the check fails a base image that is %s, and says why', async (colour) => {
  expect(await check(nodeImage(colour))).toEqual({
    code: 1,
    output: `FAIL: BACKGROUND_COLOR is ${colour}. Red is for alarms: a page must not have it as its background.\n`,
  });
});

test('the check fails an image that lacks what an app needs', async () => {
  const context = await mkdtemp(join(directory, 'context-'));
  await writeFile(join(context, 'Dockerfile'), `FROM ${nodeImage('green')}\nRUN rm /bin/httpd\n`);
  await engine.ok(['build', '--tag', 'localhost/example/bare:1', context]);

  const { code, output } = await check('localhost/example/bare:1');

  expect(code).toBe(1);
  expect(output).toContain('httpd is missing');
});

test('the check fails an image that says nothing of its colour', async () => {
  expect(await check(BASE)).toEqual({ code: 1, output: expect.stringContaining('BACKGROUND_COLOR is not set') });
});

test('the page has the colour of its base image, and shows colour, version and greeting as text', async () => {
  const image = 'localhost/example/hello-world:1';
  await build('hello-world', { tag: image, arguments: { BASE_IMAGE: nodeImage('rebeccapurple') } });
  const port = await freePort();
  const greeting = ['--env', 'GREETING=Hello | <you> & "me" \\1'];
  const id = await engine.ok(['run', '--detach', '--publish', `127.0.0.1:${port}:80`, ...greeting, image]);

  const page = await eventually(async () => {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  });

  expect(page).toContain('<body style="background: rebeccapurple">');
  expect(page).toContain('<dd id="color">rebeccapurple</dd>');
  expect(page).toContain('<dd id="version">1.0</dd>');
  expect(page).toContain('<h1>Hello | &lt;you> &amp; &quot;me&quot; \\1</h1>');
  // A reader, and the demo, look for the name of a colour in it; no other word may look like one.
  expect(page.replaceAll('rebeccapurple', '')).not.toMatch(/red|green|blue/i);

  const stoppedAfterMs = await timed(() => engine.ok(['stop', '--time', '10', id]));
  expect(stoppedAfterMs).toBeLessThan(8_000);
});

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

test('the policy is valid, and the local cloud takes the container group that it makes', async () => {
  const settings = {
    PUBLIC_REGISTRY: 'localhost:15001',
    BASE_REGISTRY: 'localhost:15003',
    TEAM_REGISTRY: 'localhost:15004',
  };
  const { policy, problems } = await policiesFrom({
    reader: policyFolder(join(EXAMPLE, 'policy')),
    settings,
    ledger: fakeLedger(),
  }).current();

  expect(problems).toEqual([]);
  expect(policy?.warnings).toEqual([]);
  expect(policy?.gates['node']).toMatchObject({ platforms: ['linux/amd64'], soakMs: 0 });
  expect(policy?.upstreams).toEqual({
    'localhost:15001': {
      username: '${secret:public-registry-user}',
      password: '${secret:public-registry-password}',
    },
  });
  const app = policy?.apps['hello-world'];
  if (!app) throw new Error('the policy has no app hello-world');
  const group = withDigest(app, digest.parse(`sha256:${'0a'.repeat(32)}`));
  expect(secretsIn(group)).toEqual(['hello-world-greeting']);
  const parsed = parseGroup(group.name, fillSecrets(group, { 'hello-world-greeting': 'Hello' }));
  expect(parsed).toMatchObject({
    group: {
      properties: { containers: [{ properties: { image: `localhost:15004/hello-world@sha256:${'0a'.repeat(32)}` } }] },
    },
  });
});
