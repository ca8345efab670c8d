/** The tools people use, against our registries, and our import against a registry that is not ours. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { REGISTRY, resourceGroup, startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { image, writeOciLayout, type Image } from './registry-images.ts';
import { eventually, freePort } from './services.ts';

const run = promisify(execFile);

let registry: RegistryFixture;
let folder: string;
let one: Image;
let login: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  registry = await startRegistries();
  folder = await mkdtemp(join(tmpdir(), 'gated-import-tools-'));
  one = await image('for tools');
  await writeOciLayout(join(folder, 'one'), one);
  const { username, password } = registry.registries.login(registry.loginServer('base'));
  login = `${username}:${password}`;
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
  }
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const skopeo = (...command: string[]) => run('skopeo', ['--insecure-policy', ...command]);
const oci = (name: string) => `oci:${join(folder, name)}`;
const at = (reference: string) => `docker://${registry.loginServer('base')}/${reference}`;

test('skopeo pushes, inspects, lists and pulls', async () => {
  await skopeo('copy', oci('one'), at('tools/skopeo:v1'), '--dest-creds', login, '--dest-tls-verify=false');
  const inspected = await skopeo('inspect', at('tools/skopeo:v1'), '--creds', login, '--tls-verify=false');
  const tags = await skopeo('list-tags', at('tools/skopeo'), '--creds', login, '--tls-verify=false');
  await skopeo('copy', at('tools/skopeo:v1'), oci('pulled'), '--src-creds', login, '--src-tls-verify=false');

  expect(JSON.parse(inspected.stdout)).toMatchObject({ Digest: one.manifest.digest, Architecture: 'arm64' });
  expect(JSON.parse(tags.stdout)).toMatchObject({ Tags: ['v1'] });
  const pulled = await skopeo('inspect', oci('pulled'));
  expect(JSON.parse(pulled.stdout)).toMatchObject({ Digest: one.manifest.digest });
});

test('skopeo copies between two of our registries, and trusts our CA', async () => {
  await skopeo('copy', oci('one'), at('tools/from:v1'), '--dest-creds', login, '--dest-tls-verify=false');
  const { username, password } = registry.registries.login(registry.loginServer('team'));
  const certificates = await mkdtemp(join(folder, 'certificates-'));
  await run('cp', [registry.world.tls.caFile, join(certificates, 'ca.crt')]);

  await skopeo(
    'copy',
    at('tools/from:v1'),
    `docker://${registry.loginServer('team')}/tools/to:v1`,
    ...['--src-creds', login, '--src-cert-dir', certificates],
    ...['--dest-creds', `${username}:${password}`, '--dest-cert-dir', certificates],
  );

  const copied = await registry.call('team', '/v2/tools/to/manifests/v1');
  expect(copied.headers.get('docker-content-digest')).toBe(one.manifest.digest);
});

test('skopeo is refused without a login, and with a wrong one', async () => {
  const anonymous = await skopeo('inspect', at('tools/skopeo:v1'), '--no-creds', '--tls-verify=false').catch(
    (error: { stderr: string }) => error.stderr,
  );
  const wrong = await skopeo('inspect', at('tools/skopeo:v1'), '--creds', 'nobody:guessed', '--tls-verify=false').catch(
    (error: { stderr: string }) => error.stderr,
  );

  for (const refusal of [anonymous, wrong]) expect(refusal).toMatch(/unauthorized|authentication required/);
});

test('podman logs in with a token of a scope map', async () => {
  const { scopeMaps, tokens, registries } = registry.arm;
  const map = await scopeMaps.beginCreateAndWait(resourceGroup, REGISTRY.base, 'podman-map', {
    actions: ['repositories/tools/*/content/read'],
  });
  const token = await tokens.beginCreateAndWait(resourceGroup, REGISTRY.base, 'podman', { scopeMapId: map.id });
  const { passwords = [] } = await registries.beginGenerateCredentialsAndWait(resourceGroup, REGISTRY.base, {
    tokenId: token.id,
  });
  const command = (password: string) =>
    run('podman', [
      ...['--root', join(folder, 'podman'), '--runroot', join(folder, 'podman-run'), '--storage-driver', 'vfs'],
      ...['login', '--tls-verify=false', '--authfile', join(folder, 'auth.json')],
      ...['--username', 'podman', '--password', password, registry.loginServer('base')],
    ]);

  const right = await command(passwords[0]?.value ?? '');
  const wrong = await command('guessed').catch((error: { stderr: string }) => error.stderr);

  expect(right.stdout).toContain('Login Succeeded!');
  expect(wrong).toMatch(/invalid username\/password/);
});

/** Debian's registry, over plain http, with a login when a line of htpasswd is given. */
async function startUpstream(options: { htpasswd?: string } = {}): Promise<string> {
  const state = await mkdtemp(join(folder, 'upstream-'));
  const port = await freePort();
  await mkdir(join(state, 'storage'));
  await writeFile(join(state, 'htpasswd'), `${options.htpasswd ?? ''}\n`);
  const auth =
    options.htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: join(state, 'htpasswd') } } };
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(state, 'storage') } },
    http: { addr: `127.0.0.1:${port}` },
    ...auth,
  };
  await writeFile(join(state, 'config.yml'), JSON.stringify(config));
  children.push(spawn('docker-registry', ['serve', join(state, 'config.yml')], { stdio: 'ignore' }));
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    return answer === undefined ? undefined : answer.status < 500 || undefined;
  });
  return `localhost:${port}`;
}

const importFrom = (registryUri: string, rest: { tag: string; credentials?: { username: string; password: string } }) =>
  registry.arm.registries
    .beginImportImageAndWait(resourceGroup, REGISTRY.team, {
      source: { registryUri, sourceImage: `library/one@${one.manifest.digest}`, credentials: rest.credentials },
      targetTags: [`imported:${rest.tag}`],
    })
    .then(() => 'imported')
    .catch(String);

test('imports from a registry on this machine that speaks plain http', async () => {
  const upstream = await startUpstream();
  await skopeo('copy', oci('one'), `docker://${upstream}/library/one:v1`, '--dest-tls-verify=false');

  const result = await importFrom(upstream, { tag: 'plain' });

  expect(result).toBe('imported');
  const copied = await registry.call('team', '/v2/imported/manifests/plain');
  expect(copied.headers.get('docker-content-digest')).toBe(one.manifest.digest);
});

test('imports with a name and a password from a registry that asks for them, and not with wrong ones', async () => {
  // bcrypt of "upstream-password".
  const upstream = await startUpstream({
    htpasswd: 'reader:$2b$04$MY0c9FI6S74tugj3Jk8VbO/ksnHBxpu5EdlgbweFVbtpGiavc9lX6',
  });
  await skopeo(
    'copy',
    oci('one'),
    `docker://${upstream}/library/one:v1`,
    '--dest-tls-verify=false',
    '--dest-creds',
    'reader:upstream-password',
  );

  const right = await importFrom(upstream, {
    tag: 'basic',
    credentials: { username: 'reader', password: 'upstream-password' },
  });
  const wrong = await importFrom(upstream, { tag: 'wrong', credentials: { username: 'reader', password: 'guessed' } });
  const none = await importFrom(upstream, { tag: 'none' });

  expect(right).toBe('imported');
  for (const refusal of [wrong, none]) expect(refusal).toContain(`Access to ${upstream} denied.`);
});
