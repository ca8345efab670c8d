/** Reports through the real client, in the storage of the local runtime. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { azureReports } from '../../../shared/azure/reports.ts';
import { createClients } from '../../../shared/azure/clients.ts';
import type { Reports } from '../../../shared/ports/reports.ts';
import { freePort } from '../cloud/services.ts';
import { localTls } from './local-tls.ts';
import { storageToken } from './storage-token.ts';
import { startWired, SUBSCRIPTION, type Wired } from './wired-clients.ts';

let storage: Storage;
let folder: string;
let reports: Reports;
let wired: Wired;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-reports-'));
  const tls = await localTls();
  storage = await startStorage({
    ...{ tls: { ...tls, caFile: '' }, directory: folder },
    accounts: ['gated'],
    ports: { blob: await freePort(), table: await freePort() },
  });
  const settings = {
    ...{ subscriptionId: SUBSCRIPTION, blobsEndpoint: storage.blobEndpoint, tablesEndpoint: storage.tableEndpoint },
    ...{
      armEndpoint: 'https://localhost',
      keyVaultUrl: 'https://localhost',
      announcementsEndpoint: 'https://localhost',
    },
  };
  reports = azureReports(
    createClients(settings, { credential: { getToken: async () => storageToken() }, deadlineSeconds: 3 }),
  );
  wired = await startWired();
});
afterAll(async () => {
  await wired.wire.close();
  await storage.stop();
  await rm(folder, { recursive: true });
});

test('a report that was never written is not there, also before the first one is', async () => {
  expect(await reports.get('node/nothing/cve-1.json')).toBeUndefined();
});

test('keeps a report, and replaces it when it is written again', async () => {
  await reports.put('node/abc/cve-1.json', { findings: ['CVE-1'], title: 'ä “quoted” one' });
  await reports.put('node/abc/cve-1.json', { findings: ['CVE-2'], title: 'ä “quoted” one' });

  expect(await reports.get('node/abc/cve-1.json')).toEqual({ findings: ['CVE-2'], title: 'ä “quoted” one' });
});

test('names the role when it is denied, and asks again for the container the next time', async () => {
  const denied = azureReports(wired.clients);
  wired.wire.on('PUT', '/blobs/reports', { status: 403, headers: { 'x-ms-error-code': 'AuthorizationFailure' } });
  await expect(denied.put('a', {})).rejects.toThrow(/create the container reports.*"Storage Blob Data Owner"/);

  wired.wire.on('PUT', '/blobs/reports', { status: 201 });
  wired.wire.on('PUT', '/blobs/reports/a', { status: 201 });
  await expect(denied.put('a', {})).resolves.toBeUndefined();
});
