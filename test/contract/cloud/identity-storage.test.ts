import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { PortsInUse } from '../../../local/ports.ts';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { app, eventually, freePort, openTestWorld, type TestWorld } from './services.ts';

const child = fileURLToPath(new URL('identity-storage.child.ts', import.meta.url));

let opened: TestWorld;
beforeEach(async () => {
  opened = await openTestWorld();
});
afterEach(() => opened.close());

const start = async (ports: { blob: number; table: number }): Promise<Storage> =>
  startStorage({
    tls: opened.world.tls,
    directory: join(opened.world.directory, 'storage'),
    accounts: ['gated'],
    ports,
  });

test('lets a managed identity create a table and insert a row, and keeps both over a restart', async () => {
  const { world } = opened;
  await opened.listen(createIdentity({ world }).app, { port: world.config.ports.identity, tls: false });
  const ports = { blob: await freePort(), table: await freePort() };
  const storage = await start(ports);
  const environment = {
    PATH: process.env['PATH'],
    NODE_EXTRA_CA_CERTS: world.tls.caFile,
    IDENTITY_ENDPOINT: `http://127.0.0.1:${world.config.ports.identity}/msi/token`,
    IDENTITY_HEADER: app.identityHeader,
  };

  const first = await promisify(execFile)(process.execPath, [child, storage.tableEndpoint], { env: environment });
  await storage.stop();
  const restarted = await start(ports);
  const again = await promisify(execFile)(process.execPath, [child, restarted.tableEndpoint], {
    env: environment,
  }).catch((error: Error) => error.message);
  await restarted.stop();

  expect(JSON.parse(first.stdout)).toMatchObject({ partitionKey: 'node', rowKey: 'gate', sequence: 7 });
  expect(again).toContain('EntityAlreadyExists');
});

test('says which port is taken', async () => {
  const { world } = opened;
  const taken = await freePort();
  await opened.listen(createIdentity({ world }).app, { port: taken });

  const failure = await start({ blob: await freePort(), table: taken }).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(PortsInUse);
  expect((failure as PortsInUse).ports).toEqual([taken]);
});

test('starts the storage emulator again when it dies alone', async () => {
  const ports = { blob: await freePort(), table: await freePort() };
  const storage = await start(ports);
  const first = storage.pid;

  await storage.kill('SIGKILL');

  expect(storage.pid).not.toBe(first);
  expect(await listens(ports.table)).toBe(true);
  await storage.stop();
  expect(await listens(ports.table)).toBe(false);
});

test('ends the storage emulator when the process that started it is killed', async () => {
  const ports = { blob: await freePort(), table: await freePort() };
  const storageModule = new URL('../../../local/storage.ts', import.meta.url).href;
  const program = `
    const { startStorage } = await import(${JSON.stringify(storageModule)});
    const { tableEndpoint } = await startStorage(${JSON.stringify({
      tls: opened.world.tls,
      directory: join(opened.world.directory, 'storage'),
      accounts: ['gated'],
      ports,
    })});
    console.log(tableEndpoint);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  await once(parent.stdout, 'data');

  parent.kill('SIGKILL');

  await eventually(async () => ((await listens(ports.table)) ? undefined : true));
});

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
