/** The data plane of the storage accounts under the role table, with Azure's SDKs in front and Azurite behind. */
import { TableClient, TableTransaction } from '@azure/data-tables';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BuiltInRole } from '../../../local/cloud/roles/definitions.ts';
import type { Roles } from '../../../local/cloud/roles/roles.ts';
import type { IdentityService, StorageDoors } from '../../../local/cloud/world.ts';
import type { Storage } from '../../../local/storage.ts';
import { outcomeOf } from './roles-system.ts';
import { credentialOf } from './services.ts';
import { openStorageSystem, type StorageSystem } from './storage-system.ts';

const [MISMATCH, NO_KEYS] = ['AuthorizationPermissionMismatch', 'KeyBasedAuthenticationNotPermitted'];
const once = { retryOptions: { maxRetries: 0, maxTries: 1 } };

let system: StorageSystem;
let identity: IdentityService;
let roles: Roles;
let azurite: Storage;
let doors: StorageDoors;
let account: StorageSystem['account'];
beforeAll(async () => {
  system = await openStorageSystem();
  ({ identity, roles, azurite, doors, account } = system);
});
afterAll(() => system.close());

/** Somebody new for each test, so that nobody has what another test gave. */
let somebody: { name: string; objectId: string };
beforeEach(() => void (somebody = { name: 'somebody', objectId: crypto.randomUUID() }));

const give = (role: BuiltInRole, below = '') => roles.assign(somebody.objectId, role, `${account()}${below}`);
const endpoint = ({ front }: { front: number }, name = 'gated') => `https://127.0.0.1:${front}/${name}`;
const table = (name = 'gates') => new TableClient(endpoint(doors.tables), name, credentialOf(identity, somebody), once);
const blobs = (name = 'gated') =>
  new BlobServiceClient(endpoint(doors.blobs, name), credentialOf(identity, somebody), once);
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
  expect(system.logged.at(-1)).toBe(
    `roles: REFUSED ${somebody.objectId} Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read at ${account()}/blobServices/default/containers/reports`,
  );
});

test('an Owner manages the account, and reads nothing in it', async () => {
  roles.assign(somebody.objectId, 'Owner', `/subscriptions/${system.subscription}`);

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

test('a role on one account opens nothing in another, and nothing is copied from there', async () => {
  give('Storage Blob Data Owner');
  await azureContainer('policy', 'policy');
  const [there, mine] = [blobs('policy').getContainerClient('policy'), blobs().getContainerClient('mine')];
  await mine.create();

  const refused = [
    await codeOf(there.getBlockBlobClient('policy.json').upload('{}', 2)),
    await codeOf(there.listBlobsFlat().next()),
  ];
  const copied = await outcomeOf(mine.getBlobClient('copy').syncCopyFromURL(`${there.url}/policy.json`));

  expect(refused).toEqual([
    [403, MISMATCH],
    [403, MISMATCH],
  ]);
  expect(copied).toBeInstanceOf(Error);
  expect(await mine.getBlobClient('copy').exists()).toBe(false);
});

test('an account that is not there is not found, whoever asks', async () => {
  expect(await codeOf(blobs('nobodys').listContainers().next())).toEqual([404, 'ResourceNotFound']);
  expect((await fetch(`${endpoint(doors.tables, 'nobodys')}/Tables`)).status).toBe(404);
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
  const key = new StorageSharedKeyCredential('gated', Buffer.from('a key').toString('base64'));
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
const azureContainer = async (name: string, accountName = 'gated'): Promise<void> => {
  const at = `${new URL(azurite.blobEndpoint).origin}/${accountName}`;
  const direct = new BlobServiceClient(at, credentialOf(identity, somebody), once);
  await direct.getContainerClient(name).createIfNotExists();
};
