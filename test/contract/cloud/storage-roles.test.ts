/** The data plane of the storage account under the role table, with Azure's SDKs in front and Azurite behind. */
import { join } from 'node:path';
import { TableClient, TableTransaction } from '@azure/data-tables';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import type { BuiltInRole } from '../../../local/cloud/roles/definitions.ts';
import { createRoles, type Roles } from '../../../local/cloud/roles/roles.ts';
import { openStorage } from '../../../local/cloud/storage/storage.ts';
import type { IdentityService, World } from '../../../local/cloud/world.ts';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { credentialOf, freePort, openTestWorld, type TestWorld } from './services.ts';
import { outcomeOf } from './roles-system.ts';

const [MISMATCH, NO_KEYS] = ['AuthorizationPermissionMismatch', 'KeyBasedAuthenticationNotPermitted'];
const once = { retryOptions: { maxRetries: 0, maxTries: 1 } };

let opened: TestWorld;
let world: World;
let identity: IdentityService;
let roles: Roles;
let azurite: Storage;
let doors: { blobs: { front: number; behind: number }; tables: { front: number; behind: number } };
let close: () => Promise<void>;
beforeAll(async () => {
  opened = await openTestWorld();
  const [front, behind, tablesFront, tablesBehind] = await Promise.all([1, 2, 3, 4].map(freePort));
  doors = {
    blobs: { front: front ?? 0, behind: behind ?? 0 },
    tables: { front: tablesFront ?? 0, behind: tablesBehind ?? 0 },
  };
  azurite = await startStorage({
    ...{ tls: opened.world.tls, directory: join(opened.world.directory, 'storage') },
    ports: { blob: doors.blobs.behind, table: doors.tables.behind },
  });
  const { config } = opened.world;
  const storage = { name: 'gated', resourceGroup: 'contract-rg', blobEndpoint: azurite.blobEndpoint, doors };
  world = { ...opened.world, config: { ...config, storage } };
  trust(world.tls.caFile);
  identity = createIdentity({ world });
  roles = createRoles({ world });
  close = await openStorage({ world, identity, roles }, doors);
});
afterAll(async () => {
  await close();
  await azurite.stop();
  await opened.close();
});

/** Somebody new for each test, so that nobody has what another test gave. */
let somebody: { name: string; objectId: string };
beforeEach(() => void (somebody = { name: 'somebody', objectId: crypto.randomUUID() }));

const account = () =>
  `/subscriptions/${world.config.subscription}/resourceGroups/contract-rg/providers/Microsoft.Storage/storageAccounts/gated`;
const give = (role: BuiltInRole, below = '') => roles.assign(somebody.objectId, role, `${account()}${below}`);
const endpoint = ({ front }: { front: number }) => `https://127.0.0.1:${front}/devstoreaccount1`;
const table = (name = 'gates') => new TableClient(endpoint(doors.tables), name, credentialOf(identity, somebody), once);
const blobs = () => new BlobServiceClient(endpoint(doors.blobs), credentialOf(identity, somebody), once);
const codeOf = async (call: Promise<unknown>): Promise<unknown> => {
  const error = (await outcomeOf(call)) as {
    statusCode?: number;
    code?: string;
    details?: { odataError?: { code: string } };
  };
  return [error.statusCode, error.details?.odataError?.code ?? error.code];
};

test('who has no role reads and writes no table and no blob', async () => {
  expect(await codeOf(table().createTable())).toEqual([403, MISMATCH]);
  expect(await codeOf(table().createEntity({ partitionKey: 'node', rowKey: 'gate' }))).toEqual([403, MISMATCH]);
  expect(await codeOf(table().listEntities().next())).toEqual([403, MISMATCH]);
  const container = blobs().getContainerClient('reports');
  expect(await codeOf(container.create())).toEqual([403, MISMATCH]);
  expect(await codeOf(container.getBlockBlobClient('a').upload('text', 4))).toEqual([403, MISMATCH]);
  expect(await codeOf(container.listBlobsFlat().next())).toEqual([403, MISMATCH]);
  expect(opened.logged.at(-1)).toBe(
    `roles: REFUSED ${somebody.objectId} Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read at ${account()}/blobServices/default/containers/reports`,
  );
});

test('an Owner manages the account, and reads nothing in it', async () => {
  roles.assign(somebody.objectId, 'Owner', `/subscriptions/${world.config.subscription}`);

  await table('owned').createTable();

  expect(await codeOf(table('owned').listEntities().next())).toEqual([403, MISMATCH]);
});

test('the ledger works with the role for tables, and that opens no blob', async () => {
  give('Storage Table Data Contributor');
  await table().createTable();

  await table().createEntity({ partitionKey: 'node', rowKey: 'gate', open: true });
  const { etag } = await table().getEntity('node', 'gate');
  await table().updateEntity({ partitionKey: 'node', rowKey: 'gate', open: false }, 'Replace', { etag });
  const transaction = new TableTransaction();
  transaction.createEntity({ partitionKey: 'node', rowKey: 'candidate' });
  transaction.deleteEntity('node', 'gate');
  await table().submitTransaction(transaction.actions);
  const rows: unknown[] = [];
  for await (const row of table().listEntities()) rows.push(row.rowKey);

  expect(rows).toEqual(['candidate']);
  expect(await codeOf(blobs().getContainerClient('reports').exists())).toEqual([403, MISMATCH]);
});

test('a transaction is refused as a whole when one of its operations is', async () => {
  give('Storage Table Data Contributor', '/tableServices/default/tables/mine');
  await azureTable('mine');
  const transaction = new TableTransaction();
  transaction.upsertEntity({ partitionKey: 'a', rowKey: 'b' });

  const mine = await outcomeOf(table('mine').submitTransaction(transaction.actions));
  const other = await codeOf(table('gates').submitTransaction(transaction.actions));

  expect(mine).toMatchObject({ status: 202 });
  expect(other).toEqual([403, MISMATCH]);
});

test('a role on one container opens that one', async () => {
  await azureContainer('dead-letters');
  give('Storage Blob Data Contributor', '/blobServices/default/containers/dead-letters');
  const inside = blobs().getContainerClient('dead-letters').getBlockBlobClient('gone.json');

  await inside.upload('[]', 2);
  const text = (await inside.downloadToBuffer()).toString();

  expect(text).toBe('[]');
  expect(await codeOf(blobs().getContainerClient('package').getBlobClient('app.zip').download())).toEqual([
    403,
    MISMATCH,
  ]);
  expect(await codeOf(blobs().listContainers().next())).toEqual([403, MISMATCH]);
});

test('a large blob comes through whole, in both directions', async () => {
  give('Storage Blob Data Owner');
  const container = blobs().getContainerClient('large');
  await container.create();
  const bytes = Buffer.alloc(9 * 1024 * 1024, 'gated-import ');

  await container.getBlockBlobClient('scan').uploadData(bytes, { blockSize: 4 * 1024 * 1024, maxSingleShotSize: 1024 });

  expect((await container.getBlockBlobClient('scan').downloadToBuffer()).equals(bytes)).toBe(true);
});

test('nobody comes in with the key of the account, with a token that is not ours, or with none', async () => {
  const key = new StorageSharedKeyCredential('devstoreaccount1', Buffer.from('a key').toString('base64'));
  const ask = (headers: Record<string, string>, query = '') =>
    fetch(`${endpoint(doors.tables)}/Tables${query}`, { headers: { accept: 'application/json', ...headers } });
  // Azurite reads the claims of a token, and takes any signature.
  const forged = `${identity.issue(somebody, 'https://storage.azure.com').slice(0, -4)}xxxx`;
  give('Storage Blob Data Owner');

  const withKey = await codeOf(new BlobServiceClient(endpoint(doors.blobs), key, once).getProperties());
  const answers = [
    await ask({}, '?sv=2021-08-06&sig=x'),
    await ask({ authorization: `Bearer ${forged}` }),
    await ask({}),
  ];

  expect(withKey).toEqual([403, NO_KEYS]);
  expect(answers.map((answer) => [answer.status, answer.headers.get('x-ms-error-code')])).toEqual([
    [403, NO_KEYS],
    [401, 'InvalidAuthenticationInfo'],
    [401, 'NoAuthenticationInformation'],
  ]);
  expect(answers.at(-1)?.headers.get('www-authenticate')).toContain('resource_id=https://storage.azure.com');
});

/** As Resource Manager makes them. */
const azureTable = async (name: string): Promise<void> => {
  await outcomeOf(new TableClient(azurite.tableEndpoint, name, credentialOf(identity, somebody), once).createTable());
};
const azureContainer = async (name: string): Promise<void> => {
  const direct = new BlobServiceClient(azurite.blobEndpoint, credentialOf(identity, somebody), once);
  await direct.getContainerClient(name).createIfNotExists();
};
