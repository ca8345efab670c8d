import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { createClients } from '../../../shared/azure/clients.ts';
import { azureLedger } from '../../../shared/azure/ledger.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import { fakeLedger } from '../../fakes/ledger.ts';
import { freePort } from '../cloud/services.ts';
import { keepsTheRulesOfALedger } from './ledger-rules.ts';
import { localTls } from './local-tls.ts';
import { storageToken } from './storage-token.ts';
import type { Step } from './wire.ts';
import { startWired, SUBSCRIPTION, type Wired } from './wired-clients.ts';

let storage: Storage;
let folder: string;
let ledger: Ledger;
let wired: Wired;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-ledger-'));
  const tls = await localTls();
  const ports = { blob: await freePort(), table: await freePort() };
  storage = await startStorage({ tls: { ...tls, caFile: '' }, directory: folder, accounts: ['gated'], ports });
  ledger = azureLedger(clientsOf(storage.tableEndpoint));
  wired = await startWired();
});
afterAll(async () => {
  await wired.wire.close();
  await storage.stop();
  await rm(folder, { recursive: true });
});

const clientsOf = (tablesEndpoint: string) => {
  const endpoints = {
    armEndpoint: 'https://localhost',
    keyVaultUrl: 'https://localhost',
  };
  const settings = {
    subscriptionId: SUBSCRIPTION,
    tablesEndpoint,
    blobsEndpoint: 'https://localhost',
    announcementsEndpoint: 'https://localhost',
    ...endpoints,
  };
  return createClients(settings, { credential: { getToken: async () => storageToken() }, deadlineSeconds: 3 });
};

keepsTheRulesOfALedger('Table Storage', () => ledger);
const fake = fakeLedger();
keepsTheRulesOfALedger('the fake', () => fake);

const put = { kind: 'put', key: 'gate', ifMatch: 'any', open: true, schema: 1, data: {} } as const;
const onBatch = (...steps: Step[]) => wired.wire.on('POST', '/tables/$batch', ...steps);
const wiredLedger = () => {
  wired.wire.requests.splice(0);
  wired.wire.on('POST', '/tables/Tables', { status: 204 });
  return azureLedger(wired.clients);
};

test('makes a table when it is first used, and once', async () => {
  const ledger = wiredLedger();
  wired.wire.on('GET', "/tables/gates(PartitionKey='node',RowKey='gate')", {
    status: 404,
    body: { 'odata.error': { code: 'ResourceNotFound' } },
  });

  await Promise.all([ledger.get('gates', 'node', 'gate'), ledger.get('gates', 'node', 'gate')]);

  expect(wired.wire.requests.filter(({ path }) => path.startsWith('/tables/Tables'))).toHaveLength(1);
});

test('makes a table again that is gone while the app runs', async () => {
  const clients = clientsOf(storage.tableEndpoint);
  const ledger = azureLedger(clients);
  const lineage = clients.table('lineage');
  await ledger.write('lineage', 'base', [put]);
  await lineage.deleteTable();

  await expect(ledger.rows('lineage', 'base')).rejects.toThrow('TableNotFound');

  expect(await ledger.rows('lineage', 'base')).toEqual([]);
  expect(await ledger.write('lineage', 'base', [put])).toBe('written');
});

test('tries again to make a table that could not be made', async () => {
  const ledger = wiredLedger();
  wired.wire.on(
    'POST',
    '/tables/Tables',
    { status: 403, body: { 'odata.error': { code: 'AuthorizationPermissionMismatch' } } },
    { status: 204 },
  );
  wired.wire.on('GET', "/tables/gates(PartitionKey='node',RowKey='gate')", {
    status: 404,
    body: { 'odata.error': { code: 'ResourceNotFound' } },
  });

  await expect(ledger.get('gates', 'node', 'gate')).rejects.toThrow(
    /create the table gates.*"Storage Table Data Contributor"/,
  );
  expect(await ledger.get('gates', 'node', 'gate')).toBeUndefined();
});

test('a table that was taken away is no missing row', async () => {
  const ledger = wiredLedger();
  const tableGone = {
    status: 404,
    body: { 'odata.error': { code: 'TableNotFound', message: { value: 'The table does not exist.' } } },
  };
  wired.wire.on('GET', "/tables/gates(PartitionKey='node',RowKey='gate')", tableGone);

  await expect(ledger.get('gates', 'node', 'gate')).rejects.toMatchObject({
    code: 'ServiceRefused',
    serviceCodes: ['TableNotFound'],
  });
});

test('a write whose answer was lost is trouble, and is not sent twice', async () => {
  const ledger = wiredLedger();
  onBatch('hang up');

  await expect(ledger.write('gates', 'node', [put])).rejects.toMatchObject({ code: 'ServiceTrouble' });
  expect(wired.wire.requests.filter(({ path }) => path.includes('$batch'))).toHaveLength(1);
});

test.each([
  ['throttled', { status: 429, headers: { 'Retry-After': '60' } } as const, { retryAfterSeconds: 60 }],
  ['down', { status: 503 } as const, { status: 503 }],
  ['silent', 'never' as const, { message: expect.stringMatching(/within our deadline/) as string }],
])('a write is trouble when Table Storage is %s', async (_, step, trouble) => {
  const ledger = wiredLedger();
  onBatch(step);

  await expect(ledger.write('gates', 'node', [put])).rejects.toMatchObject({ code: 'ServiceTrouble', ...trouble });
});
