/** A policy that is uploaded with the command line and read with the real client, in the storage of the local runtime. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { policyContainer } from '../../../shared/azure/policy-container.ts';
import type { PolicyFile } from '../../../shared/domain/parse-policy.ts';
import { packPolicy } from '../../../shared/domain/uploaded-policy.ts';
import { fakeLedger, type FakeLedger } from '../../fakes/ledger.ts';
import { GATES, GROUP, SETTINGS } from '../../unit/domain/policy-fixture.ts';
import { gatedImport } from '../../unit/cli/terminal.ts';
import { freePort } from '../cloud/services.ts';
import { localTls } from './local-tls.ts';
import { blobClients, inForce, startRounds } from './policy-rounds.ts';
import { storageToken } from './storage-token.ts';

const AT = Date.UTC(2031, 1, 3, 9);
const credential = { getToken: async () => storageToken() };
const signIn = async () => storageToken().token;

let directory: string;
let storage: Storage;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gated-import-policy-'));
  storage = await startStorage({
    ...{ tls: { ...(await localTls()), caFile: '' }, directory: join(directory, 'storage') },
    accounts: ['policy'],
    ports: { blob: await freePort(), table: await freePort() },
  });
});
afterAll(async () => {
  await storage.stop();
  await rm(directory, { recursive: true });
});

let url: string;
let container: ContainerClient;
let ledger: FakeLedger;
let folder: string;
let made = 0;
beforeEach(async () => {
  url = `${storage.blobEndpoint}/policy-${(made += 1)}`;
  container = new ContainerClient(url, credential);
  await container.create();
  ledger = fakeLedger();
  folder = await mkdtemp(join(directory, 'folder-'));
  for (const { path, text } of filesWith('3d')) await write(path, text);
});

const filesWith = (soak: string): PolicyFile[] => [
  { path: 'gates.yaml', text: GATES.replace('soak: 3d', `soak: ${soak}`) },
  { path: 'apps/web.yaml', text: GROUP },
  { path: 'checks/node.sh', text: 'node --version\n' },
];
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
const soakFor = (soak: string) => write('gates.yaml', filesWith(soak)[0]?.text ?? '');
const push = (to = url) => gatedImport(['policy', 'push', folder, '--to', to], SETTINGS, { signIn });
/** What somebody else writes, who does not check. */
const upload = (text: string) => container.getBlockBlobClient('policy.json').upload(text, Buffer.byteLength(text));
const start = (at = url) =>
  startRounds({ at: AT, container: at, clients: blobClients(storage.blobEndpoint, credential), ledger });

describe('an uploaded policy', () => {
  test('is in force at the next round, also when it changes', async () => {
    await push();
    const app = start();
    const before = await app.next();

    await soakFor('5d');
    expect(await push()).toMatchObject({ code: 0, complained: '' });

    expect([before, await app.next()]).toEqual([inForce(3), inForce(5)]);
  });

  test('never replaces a valid one when it is invalid, nor in a process that starts then; what is wrong is said', async () => {
    await push();
    const app = start();
    await app.next();

    await upload(packPolicy(filesWith('three days')));

    const refused = {
      soakDays: 3,
      problems: [expect.stringMatching(/^gates.yaml:8:11 {2}gate "node": soak: "three days" is no duration/)],
      refused: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    };
    expect(await app.next()).toEqual(refused);
    expect(await start().next()).toEqual(refused);
  });

  test('ends the trouble with an invalid one', async () => {
    const app = start();
    await push();
    await app.next();
    await upload(packPolicy(filesWith('three days')));
    expect((await app.next()).problems).toHaveLength(1);

    await push();

    expect(await app.next()).toEqual(inForce(3));
  });

  test.each([
    ['what is no policy', 'version: 1'],
    ['a policy of a form that is not known', '{"version":2,"files":[{"path":"gates.yaml","text":""}]}'],
    ['no file at all', '{"version":1,"files":[]}'],
    ['what is too large', packPolicy([{ path: 'gates.yaml', text: '#'.repeat(9_000_000) }])],
  ])('is not %s', async (_, text) => {
    await push();
    const app = start();
    await app.next();

    await upload(text);

    expect(await app.next()).toEqual({
      soakDays: 3,
      problems: [expect.stringMatching(/policy\.json (was not uploaded with|has more than 8388608 bytes)/)],
      refused: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test('may lie in a folder of the container', async () => {
    await push(`${url}/prod/`);

    expect(await start(`${url}/prod`).next()).toEqual(inForce(3));
    expect((await start().next()).problems).toHaveLength(1);
  });
});

describe('an upload', () => {
  test('of an invalid policy is refused with what is wrong, and uploads nothing', async () => {
    await soakFor('three days');

    const { code, said, complained } = await push();

    expect([code, said]).toEqual([1, '']);
    expect(complained).toMatch(/gates.yaml:8:11 .*\n.* is not valid: 1 problem/);
    expect(await container.getBlockBlobClient('policy.json').exists()).toBe(false);
  });

  test('that is broken off leaves the policy before it, whole', async () => {
    await push();
    const app = start();
    await app.next();

    await putHalf(packPolicy([...filesWith('5d'), { path: 'checks/more.sh', text: '# '.repeat(500_000) }]));

    expect(await app.next()).toEqual(inForce(3));
    expect(await start().next()).toEqual(inForce(3));
  });

  test('is never seen in part by anybody who reads while it goes on', async () => {
    await push();
    const clients = blobClients(storage.blobEndpoint, credential);
    const seen: string[] = [];
    let uploading = true;
    const readAgainAndAgain = async () => {
      while (uploading) {
        const found = await policyContainer(clients, url).read();
        seen.push(found.kind === 'files' ? whole(found.files) : found.problem);
      }
    };
    const reading = readAgainAndAgain();

    for (const days of [4, 5, 6, 7, 8]) {
      await soakFor(`${days}d`);
      await write('apps/web.yaml', `# of ${days} days\n${GROUP}`);
      await push();
    }
    uploading = false;
    await reading;

    expect(seen.filter((each) => !/^(3 \?|(\d) \2)$/.test(each))).toEqual([]);
    expect(seen.length).toBeGreaterThan(5);
  });

  test('to a container that is not there says so', async () => {
    const nowhere = `${storage.blobEndpoint}/nowhere`;

    expect(await push(nowhere)).toEqual({
      code: 1,
      said: '',
      complained: `policy: ${nowhere}/policy.json was refused: 404 ContainerNotFound; --to has to name a container that is there`,
    });
  });
});

test('a container that nothing was uploaded to says how to, and is seen when something is', async () => {
  const app = start();

  const { soakDays, problems } = await app.next();
  await push();

  expect(soakDays).toBeUndefined();
  expect(problems).toEqual([
    expect.stringContaining(
      `there is no policy in ${url}: upload one with "gated-import policy push <folder> --to ${url}"`,
    ),
  ]);
  expect(await app.next()).toEqual(inForce(3));
});

/** The soak of one file, and what another one says that it is. */
function whole(files: PolicyFile[]): string {
  const text = (path: string) => files.find((file) => file.path === path)?.text ?? '';
  const soak = /soak: (\d+)d/.exec(text('gates.yaml'))?.[1];
  return `${soak} ${/# of (\d+) days/.exec(text('apps/web.yaml'))?.[1] ?? '?'}`;
}

/** A PUT whose sender dies in the middle. */
async function putHalf(text: string): Promise<void> {
  const headers = {
    ...{ authorization: `Bearer ${await signIn()}`, 'content-length': String(Buffer.byteLength(text)) },
    ...{ 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2024-11-04' },
  };
  const sending = request(`${url}/policy.json`, { method: 'PUT', headers });
  const ended = new Promise<void>((resolve) => void sending.on('close', () => resolve()));
  sending.on('error', () => {}); // Of the connection that is about to be cut.
  await new Promise<void>((resolve) => void sending.write(text.slice(0, text.length / 2), () => resolve()));
  sending.destroy();
  await ended;
}
