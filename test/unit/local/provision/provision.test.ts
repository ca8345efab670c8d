import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registriesOf } from '../../../../local/azure.ts';
import { openInstance } from '../../../../local/instance.ts';
import type { AzureClient } from '../../../../local/provision/azure-client.ts';
import { declare } from '../../../../local/provision/declared.ts';
import { ensureDeveloperLogin, newUpstreamPassword } from '../../../../local/provision/logins.ts';
import { commitAll, ensureRepositories, repositoryNames } from '../../../../local/provision/repositories.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'gated-import-provision-'))));
afterEach(() => rm(folder, { recursive: true }));

/** An Azure that remembers what it was asked. */
function fakeAzure(): AzureClient & { calls: string[]; resources: Map<string, unknown> } {
  const calls: string[] = [];
  const resources = new Map<string, unknown>();
  const secrets = new Map<string, string>();
  return {
    calls,
    resources,
    get: (path) => Promise.resolve(resources.get(path)),
    put: (path, _version, body) => {
      calls.push(`PUT ${path}`);
      resources.set(path, body);
      return Promise.resolve(body);
    },
    patch: (path) => Promise.resolve(resources.get(path)),
    post: (path) => {
      calls.push(`POST ${path}`);
      return Promise.resolve({ username: 'somebody', passwords: [{ name: 'password1', value: 'p4ss' }] });
    },
    delete: (path) => {
      calls.push(`DELETE ${path}`);
      resources.delete(path);
      return Promise.resolve();
    },
    secret: (name) => Promise.resolve(secrets.get(name)),
    setSecret: (name, value) => Promise.resolve(void secrets.set(name, value)),
  };
}

const resource = (path: string, value: string) => ({ path, apiVersion: '2031-01-01', body: { value } });

test('declares what is missing, and leaves alone what is as declared', async () => {
  const azure = fakeAzure();
  const file = join(folder, 'declared.json');
  await declare(azure, [resource('/a', '1')], { file });

  await declare(azure, [resource('/a', '1'), resource('/b', '1')], { file });

  expect(azure.calls).toEqual(['PUT /a', 'PUT /b']);
});

test('declares again what this version declares otherwise, and what somebody removed', async () => {
  const azure = fakeAzure();
  const file = join(folder, 'declared.json');
  await declare(azure, [resource('/changed', '1'), resource('/removed', '1')], { file });
  azure.resources.delete('/removed');
  azure.calls.length = 0;

  await declare(azure, [resource('/changed', '2'), resource('/removed', '1')], { file });

  expect(azure.calls).toEqual(['PUT /changed', 'PUT /removed']);
});

test('makes the login of a person once, and keeps it in the key vault', async () => {
  const azure = fakeAzure();
  const registry = registriesOf(await openInstance({ directory: folder, ports: 'free' })).public;

  const made = await ensureDeveloperLogin(azure, registry);
  const callsOfFirst = azure.calls.length;
  const again = await ensureDeveloperLogin(azure, registry);

  expect(made).toEqual({ username: 'somebody', password: 'p4ss' });
  expect(again).toEqual(made);
  expect(azure.calls).toHaveLength(callsOfFirst);
  expect(await azure.secret(`${registry.name}-developer-password`)).toBe('p4ss');
});

test('asks for a password of the upstream login only while the key vault has none', async () => {
  const azure = fakeAzure();
  const registry = registriesOf(await openInstance({ directory: folder, ports: 'free' })).public;

  const first = await newUpstreamPassword(azure, registry);
  await azure.setSecret('public-registry-password', first);

  expect(first).toBe('p4ss');
  expect(await newUpstreamPassword(azure, registry)).toBe('');
});

test('makes the git repositories with a first commit, once', async () => {
  const { from, to } = await walkthroughFolders();
  await ensureRepositories({ from, to });
  await writeFile(join(to, 'hello-world', 'Dockerfile'), 'FROM changed\n');
  await commitAll(join(to, 'hello-world'), 'A person has changed it');

  await ensureRepositories({ from, to });

  expect(log(join(to, 'hello-world'))).toEqual(['A person has changed it', 'The walkthrough begins']);
  expect(log(join(to, 'base-image-node'))).toEqual(['The walkthrough begins']);
  expect(await readFile(join(to, 'hello-world', 'Dockerfile'), 'utf8')).toBe('FROM changed\n');
});

test('makes a repository anew that an interrupted start has left half made', async () => {
  const { from, to } = await walkthroughFolders();
  await mkdir(join(to, '.hello-world', '.git'), { recursive: true });

  await ensureRepositories({ from, to });

  expect(log(join(to, 'hello-world'))).toEqual(['The walkthrough begins']);
});

async function walkthroughFolders() {
  const from = join(folder, 'from');
  for (const name of repositoryNames) {
    await mkdir(join(from, name), { recursive: true });
    await writeFile(join(from, name, 'Dockerfile'), 'FROM scratch\n');
  }
  return { from, to: join(folder, 'to') };
}

const log = (repository: string): string[] =>
  execFileSync('git', ['-C', repository, 'log', '--format=%s', 'main'], { encoding: 'utf8' }).trim().split('\n');
