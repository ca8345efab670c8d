/** The same for the storage accounts: that of the host and the ledger, and that of the policy. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageAccounts } from '../../../../local/azure.ts';
import { outcomeOf } from '../../cloud/roles-system.ts';
import {
  makeQueue,
  pull,
  putGroup,
  readPolicyBlob,
  refusalOf,
  writeBlob,
  writePolicyBlob,
  type Call,
} from './calls.ts';
import { APPS_GROUP, openEstate, type Estate, type Who } from './estate.ts';

let estate: Estate;
beforeAll(async () => void (estate = await openEstate()));
afterAll(() => estate.close());

const [FORBIDDEN, MISMATCH] = ['AuthorizationFailed', 'AuthorizationPermissionMismatch'];

describe('the emulated Azure refuses', () => {
  it.each<[string, Who, Call, number, string]>([
    [
      'the keys of the storage account',
      'app',
      ({ arm }) => arm('POST', `${estate.id('Microsoft.Storage/storageAccounts', storageAccounts.gated)}/listKeys`),
      403,
      FORBIDDEN,
    ],
    ['the ledger to what container groups pull as', 'pull', ({ table }) => table.listEntities().next(), 403, MISMATCH],
    [
      'the ledger to a build of the team',
      'task',
      ({ table }) => table.upsertEntity({ partitionKey: 'node', rowKey: 'gate' }),
      403,
      MISMATCH,
    ],
    ['the package of the app to a build of the team', 'task', writeBlob('package'), 403, MISMATCH],
    ['the package of the app to what writes dead letters', 'topic', writeBlob('package'), 403, MISMATCH],
    ['the ledger to what writes dead letters', 'topic', ({ table }) => table.listEntities().next(), 403, MISMATCH],
    ['the task hub to what container groups pull as', 'pull', makeQueue(storageAccounts.gated), 403, MISMATCH],
    ['the task hub to a build of the team', 'task', makeQueue(storageAccounts.gated), 403, MISMATCH],
    ['the task hub to the author of the policy', 'author', makeQueue(storageAccounts.gated), 403, MISMATCH],
    // The policy.
    ['a queue in the account of the policy to the app', 'app', makeQueue(storageAccounts.policy), 403, MISMATCH],
    ['the policy to be written by the app', 'app', writePolicyBlob('policy'), 403, MISMATCH],
    [
      'the policy to be deleted by the app',
      'app',
      ({ policyBlobs }) => policyBlobs.getContainerClient('policy').getBlobClient('policy.json').delete(),
      403,
      MISMATCH,
    ],
    ['what else is in the account of the policy to the app', 'app', readPolicyBlob('others'), 403, MISMATCH],
    ['anything beside the policy in its account by the app', 'app', writePolicyBlob('others'), 403, MISMATCH],
    [
      'the names of what is in the account of the policy to the app',
      'app',
      ({ policyBlobs }) => policyBlobs.listContainers().next(),
      403,
      MISMATCH,
    ],
    ['the policy to what container groups pull as', 'pull', readPolicyBlob('policy'), 403, MISMATCH],
    ['anything beside the policy in its account by its author', 'author', writePolicyBlob('others'), 403, MISMATCH],
    [
      'the ledger to the author of the policy',
      'author',
      ({ table }) => table.upsertEntity({ partitionKey: 'node', rowKey: 'gate' }),
      403,
      MISMATCH,
    ],
    ['the package of the app to the author of the policy', 'author', writeBlob('package'), 403, MISMATCH],
    ['an image to the author of the policy', 'author', pull('base'), 401, 'UNAUTHORIZED'],
    ['a container group to the author of the policy', 'author', putGroup(APPS_GROUP), 403, FORBIDDEN],
  ])('%s', async (_what, who, call, status, code) => {
    expect(await refusalOf(call(estate.as(who), estate))).toEqual([status, code]);
  });
});

describe('the emulated Azure allows', () => {
  it.each<[string, Who, Call]>([
    ['the app to keep a ledger', 'app', ({ table }) => table.createTable()],
    ['the app to make its task hub', 'app', makeQueue(storageAccounts.gated)],
    ['the app to keep what a scan found', 'app', writeBlob('package')],
    ['the author to upload the policy', 'author', writePolicyBlob('policy')],
    [
      'the app to read the policy',
      'app',
      async (clients) => {
        await writePolicyBlob('policy')(estate.as('author'), estate);
        return readPolicyBlob('policy')(clients, estate);
      },
    ],
    ['Event Grid to keep a dead letter', 'topic', writeBlob('dead-letters')],
  ])('%s', async (_what, who, call) => {
    expect(await outcomeOf(call(estate.as(who), estate))).not.toBeInstanceOf(Error);
  });
});
