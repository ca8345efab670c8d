/** Queues under the role table: the permissions that Azure documents for each operation. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Roles } from '../../../local/cloud/roles/roles.ts';
import type { IdentityService, StorageDoors } from '../../../local/cloud/world.ts';
import { openStorageSystem, type StorageSystem } from './storage-system.ts';

const MISMATCH = 'AuthorizationPermissionMismatch';
const MESSAGE = '<QueueMessage><MessageText>work</MessageText></QueueMessage>';

let system: StorageSystem;
let identity: IdentityService;
let roles: Roles;
let doors: StorageDoors;
let account: StorageSystem['account'];
beforeAll(async () => {
  system = await openStorageSystem();
  ({ identity, roles, doors, account } = system);
});
afterAll(() => system.close());

/** Somebody new for each test, so that nobody has what another test gave. */
let somebody: { name: string; objectId: string };
beforeEach(() => void (somebody = { name: 'somebody', objectId: crypto.randomUUID() }));

/** At the door of queues, unless another port is said. */
const ask = async (method: string, path: string, body?: string, port = doors.queues.front) => {
  const token = identity.issue(somebody, 'https://storage.azure.com');
  const answer = await fetch(`https://127.0.0.1:${port}/gated/${path}`, {
    ...{ method, headers: { authorization: `Bearer ${token}`, 'x-ms-version': '2024-11-04' } },
    ...(body === undefined ? {} : { body }),
  });
  await answer.text();
  return [answer.status, answer.headers.get('x-ms-error-code')];
};

test('a queue is made, filled and emptied with the role for queues', async () => {
  expect(await ask('PUT', 'mine')).toEqual([403, MISMATCH]);
  roles.assign(somebody.objectId, 'Storage Queue Data Contributor', account());

  expect(await ask('PUT', 'mine')).toEqual([201, null]);
  expect(await ask('PUT', 'mine')).toEqual([204, null]);
  expect(await ask('POST', 'mine/messages', MESSAGE)).toEqual([201, null]);
  expect(await ask('GET', 'mine/messages?peekonly=true')).toEqual([200, null]);
  expect(await ask('GET', 'mine/messages')).toEqual([200, null]);
  expect(await ask('DELETE', 'mine/messages')).toEqual([204, null]);
  expect(await ask('GET', '?comp=list')).toEqual([200, null]);
  expect(await ask('GET', 'reports?restype=container', undefined, doors.blobs.front)).toEqual([403, MISMATCH]);
  expect(await ask('GET', 'Tables', undefined, doors.tables.front)).toEqual([403, MISMATCH]);
});

test('a queue takes messages of a sender, who may do nothing else', async () => {
  await ask('PUT', 'work', undefined, doors.queues.behind);
  roles.assign(
    somebody.objectId,
    'Storage Queue Data Message Sender',
    `${account()}/queueServices/default/queues/work`,
  );

  expect(await ask('POST', 'work/messages', MESSAGE)).toEqual([201, null]);
  const refused = [
    await ask('PUT', 'work'),
    await ask('DELETE', 'work'),
    await ask('GET', 'work?comp=metadata'),
    await ask('GET', 'work/messages'),
    await ask('GET', 'work/messages?peekonly=true'),
    await ask('DELETE', 'work/messages'),
    await ask('PUT', 'work/messages/1?popreceipt=1&visibilitytimeout=0', MESSAGE),
    await ask('DELETE', 'work/messages/1?popreceipt=1'),
    await ask('POST', 'other/messages', MESSAGE),
    await ask('GET', '?comp=list'),
    await ask('PUT', '?restype=service&comp=properties', '<StorageServiceProperties />'),
  ];
  expect(refused).toEqual(refused.map(() => [403, MISMATCH]));
});
