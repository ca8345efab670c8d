/** The queues of the task hub at the start of the host. The storage account and the identity endpoint are ones that the test plays. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeTaskHub } from '../../../local/host/durable/task-hub.ts';
import { localTls } from '../azure/local-tls.ts';
import { startWire, type Wire } from '../azure/wire.ts';
import { withEnvironment } from '../faults/with-environment.ts';
import { runHost } from './running-host.ts';

const QUEUES = ['control-00', 'control-01', 'control-02', 'control-03', 'workitems'].map(
  (queue) => `hostapphub-${queue}`,
);

let storage: Wire;
let identity: Wire;
let putBack: () => void;
beforeEach(async () => {
  identity = await startWire();
  identity.on('GET', '/msi/token', {
    status: 200,
    body: { access_token: 'of-the-app', expires_on: String(Date.now() / 1000 + 3600), token_type: 'Bearer' },
  });
  storage = await startWire({ tls: await localTls(), otherwise: () => ({ status: 201 }) });
  putBack = withEnvironment({
    AzureWebJobsStorage__queueServiceUri: `${storage.url}/gated/`,
    IDENTITY_ENDPOINT: `${identity.url}/msi/token`,
    IDENTITY_HEADER: 'the-identity-header-of-the-app',
  });
});
afterEach(async () => {
  putBack();
  await storage.close();
  await identity.close();
});

const asked = () => storage.requests.map(({ method, path }) => `${method} ${path}`).toSorted();

test('are made with the identity of the app, and are as good when they are there already', async () => {
  for (const queue of QUEUES) storage.on('PUT', `/gated/${queue}`, { status: 201 }, { status: 204 });

  const host = await runHost();
  await host.stop();
  await runHost();

  expect(asked()).toEqual([...QUEUES, ...QUEUES].map((queue) => `PUT /gated/${queue}`).toSorted());
  expect(new Set(storage.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer of-the-app']));
});

test('are as many as host.json says that the hub has partitions', async () => {
  await makeTaskHub({ queueServiceUri: `${storage.url}/gated`, hubName: 'Fabrikam', partitionCount: 1 });

  expect(asked()).toEqual(['PUT /gated/fabrikam-control-00', 'PUT /gated/fabrikam-workitems']);
});

test('are asked for again when the storage account is in trouble', async () => {
  storage.on('PUT', '/gated/hostapphub-workitems', { status: 503 }, 'hang up', { status: 201 });

  await runHost();

  expect(asked().filter((each) => each.endsWith('workitems'))).toHaveLength(3);
});

test('without the role stop the host, which says which one is missing', async () => {
  const refused = { status: 403, headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' } };
  storage.on('PUT', '/gated/hostapphub-workitems', refused);

  await expect(runHost()).rejects.toThrow(
    /\/gated\/hostapphub-workitems of the task hub was refused: 403 AuthorizationPermissionMismatch; .* needs the role "Storage Queue Data Contributor"/,
  );
});

test('are nobody’s business when the host is given no storage account', async () => {
  delete process.env['AzureWebJobsStorage__queueServiceUri'];

  await runHost();

  expect(storage.requests).toEqual([]);
});
