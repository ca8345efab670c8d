/** A system that cannot start says why, in words for the person who has to mend it, and leaves nothing running. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openInstance } from '../../local/instance.ts';
import { repositoryRoot } from '../../local/layout.ts';
import { runProgram } from './programs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-start-'));
  return () => rm(folder, { recursive: true, force: true });
});

const start = (environment: Record<string, string>) =>
  runProgram('test/e2e/start.child.ts', { arguments: [join(folder, 'system')], environment });

test('the host, started without any setting, names all that are missing at once', async () => {
  const { code, stderr, leftRunning } = await runProgram('local/host/main.ts', {
    arguments: ['--app', repositoryRoot, '--port', '0', '--database', join(folder, 'host.sqlite')],
    environment: {},
  });

  expect([...stderr.matchAll(/^ {2}(\w+): is missing\. .+ Example: .+$/gm)].map(([, name]) => name)).toEqual([
    'POLICY',
    'SUBSCRIPTION_ID',
    'KEY_VAULT_URL',
    'TABLES_ENDPOINT',
    'BLOBS_ENDPOINT',
    'ANNOUNCEMENTS_ENDPOINT',
    'QUARANTINE_REGISTRY',
    'RUNNER_IMAGE',
    'SIGNING_KEY',
    'SWEEP_SCHEDULE',
    'TASK_HUB',
  ]);
  expect({ code, leftRunning }).toEqual({ code: 1, leftRunning: false });
});

test('a port that is in use is said in one line, with the command that finds out by whom', async () => {
  const { ports } = await openInstance({ directory: join(folder, 'system'), ports: 'free' });
  const { baseRegistry: port } = ports;
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));

  const ended = await start({ PATH: process.env['PATH'] ?? '' });

  await new Promise((resolve) => taken.close(resolve));
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `Port ${port} (base registry) is in use. Is gated-import running already? ` +
      `If not, stop what listens there (see: ss -ltnp 'sport = :${port}').\n`,
    leftRunning: false,
  });
});

test('a machine without a container engine is told the command that installs one', async () => {
  const { code, stderr, leftRunning } = await start({ PATH: folder });

  expect(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    'no container engine works on this machine; start docker, or install podman:',
    'apt-get install podman runc iptables containernetworking-plugins',
    'tried docker: docker is not installed',
    'tried podman: it is not installed',
  ]);
  expect({ code, leftRunning }).toEqual({ code: 1, leftRunning: false });
});
