/** `gated-import policy push`: what it asks for, what it sends, and how long it tries. The storage is one that the test plays. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackPolicy } from '../../../shared/domain/uploaded-policy.ts';
import { startWire, type Wire } from '../../contract/azure/wire.ts';
import { GATES, GROUP, SETTINGS } from '../domain/policy-fixture.ts';
import { gatedImport } from './terminal.ts';

let folder: string;
let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
  folder = await mkdtemp(join(tmpdir(), 'gated-import-push-'));
  for (const inside of ['apps', 'checks']) await mkdir(join(folder, inside));
  await writeFile(join(folder, 'gates.yaml'), GATES);
  await writeFile(join(folder, 'apps/web.yaml'), GROUP);
  await writeFile(join(folder, 'checks/node.sh'), 'echo "ä"\n');
});
afterEach(async () => {
  await wire.close();
  await rm(folder, { recursive: true });
});

const NO_ROLE = { status: 403, headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' } };
const signIn = async (scope: string) => `token for ${scope}`;
const to = () => `${wire.url.replace('localhost', '127.0.0.1')}/account/policy`;
const storage = (...steps: Parameters<Wire['on']>[2][]) => wire.on('PUT', '/account/policy/policy.json', ...steps);
const push = (more: string[] = [], has: Parameters<typeof gatedImport>[2] = {}) =>
  gatedImport(['policy', 'push', folder, '--to', to(), ...more], SETTINGS, { signIn, ...has });

test('sends all files in one request, as whoever the machine is logged in as', async () => {
  storage({ status: 201 });

  const { code, said } = await push();

  expect(code).toBe(0);
  expect(said).toMatch(
    /^uploaded: .*\/account\/policy\/policy\.json, 3 files of .*\n.* policy in force: [0-9a-f]{64}$/,
  );
  const [request, ...others] = wire.requests;
  expect(others).toEqual([]);
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer token for https://storage.azure.com/.default',
    'x-ms-blob-type': 'BlockBlob',
  });
  expect(unpackPolicy(request?.body.toString('utf8') ?? '')).toEqual([
    { path: 'apps/web.yaml', text: GROUP },
    { path: 'checks/node.sh', text: 'echo "ä"\n' },
    { path: 'gates.yaml', text: GATES },
  ]);
});

test('says which settings it could not check', async () => {
  storage({ status: 201 });

  const { said } = await gatedImport(['policy', 'push', folder, '--to', to(), '--any'], {}, { signIn });

  expect(said).toMatch(/left open: .*BASE_REGISTRY/);
});

describe('a role that is missing', () => {
  test('is named at once', async () => {
    storage(NO_ROLE);

    const { code, complained } = await push();

    expect([code, wire.requests.length]).toEqual([1, 1]);
    expect(complained).toMatch(
      /403 AuthorizationPermissionMismatch; it needs the role "Storage Blob Data Contributor"/,
    );
  });

  test('may begin to count in the meantime, if it is asked to wait', async () => {
    storage(NO_ROLE, NO_ROLE, { status: 201 });

    expect((await push(['--wait'])).code).toBe(0);

    expect(wire.requests).toHaveLength(3);
  });

  test('is not waited for any longer than ten minutes', async () => {
    storage(NO_ROLE);
    let at = Date.UTC(2031, 1, 3);
    const wait = async (ms: number) => void (at += ms);

    expect((await push(['--wait'], { now: () => at, wait })).code).toBe(1);

    expect(at - Date.UTC(2031, 1, 3)).toBe(10 * 60_000);
  });
});

test('a network that is shut out is not waited for', async () => {
  storage({ status: 403, headers: { 'x-ms-error-code': 'AuthorizationFailure' } });

  const { code, complained } = await push(['--wait']);

  expect([code, wire.requests.length]).toEqual([1, 1]);
  expect(complained).toContain('closed to the network of this machine');
});

test('a storage that hangs up is said, and no token with it', async () => {
  storage('hang up');

  const { code, complained } = await push();

  expect(code).toBe(1);
  expect(complained).toMatch(/policy\.json could not be written: /);
  expect(complained).not.toContain('token for');
});

test.each([
  [['push'], '<policy folder> is missing'],
  [[], 'write "policy push <policy folder>'],
  [['pull', 'policy'], 'write "policy push <policy folder>'],
  [['push', 'policy'], '--to is missing'],
  [['push', 'policy', '--to', 'policy'], '--to: write https://'],
  [['push', 'policy', '--to', 'https://a.blob.core.windows.net/policy?sig=hunter2'], '--to: write https://'],
])('%j is not understood', async (args, says) => {
  const { code, complained } = await gatedImport(['policy', ...args], SETTINGS, { signIn });

  expect(code).toBe(2);
  expect(complained).toContain(says);
  expect(complained).not.toContain('hunter2');
});
