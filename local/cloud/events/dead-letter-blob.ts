/** Where the dead letter of a subscription goes, and the writing of it to its storage account, which is in Azurite. */
import { BlobServiceClient } from '@azure/storage-blob';
import { trust } from '../../trust.ts';
import { stableGuid } from '../roles/guid.ts';
import { accountWithId } from '../storage/accounts.ts';
import type { IdentityService, RoleService, World } from '../world.ts';
import type { DeadLetterBlob, WriteBlob } from './dead-letters.ts';
import { deadLetterBlobs, type Definition, type Subscription } from './subscription.ts';
import type { SystemTopics } from './system-topics.ts';

const STORAGE_AUDIENCE = 'https://storage.azure.com';
const WRITE = { dataAction: 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write' };

/** `key`: of the delivery, so that the same dead letter has the same name after a crash. The name's form is unverified. */
export function blobFor(options: {
  key: string;
  subscription: Subscription;
  definition: Definition;
  systemTopics: Pick<SystemTopics, 'withId'>;
  at: number;
}): DeadLetterBlob | undefined {
  const { key, subscription, definition, systemTopics, at } = options;
  const blobs = deadLetterBlobs(definition);
  if (!blobs) return undefined;
  const { name, topic, systemTopic } = subscription;
  const time = new Date(at);
  const hour = [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate(), time.getUTCHours()].join('/');
  const topicName = (systemTopic ?? topic).split('/').at(-1);
  const found = systemTopic === undefined ? undefined : systemTopics.withId(systemTopic);
  const writer = definition.deadLetterWithResourceIdentity ? found?.principalId : undefined;
  return {
    account: blobs.properties.resourceId,
    container: blobs.properties.blobContainerName,
    name: `${topicName}/${name.toUpperCase()}/${hour}/${stableGuid(`${key} ${at}`)}.json`,
    ...(writer === undefined ? {} : { writer }),
    state: 'waiting',
  };
}

export function createWriteBlob(options: { world: World; identity: IdentityService; roles: RoleService }): WriteBlob {
  const { world, identity, roles } = options;
  const { config, tls } = world;

  return async ({ account: id, container, name, writer }, text) => {
    const account = accountWithId(config, id);
    if (!config.storage || !account) throw new Error(`the storage account ${id} is not in the configuration`);
    const scope = `${account.id}/blobServices/default/containers/${container}`;
    if (writer !== undefined && !roles.may(writer, WRITE, scope)) {
      throw new Error(`the topic's identity ${writer} has no role with ${WRITE.dataAction} on ${scope}`);
    }
    trust(tls.caFile);
    const principal = { name: 'event-grid', objectId: writer ?? stableGuid('event-grid') };
    const getToken = () =>
      Promise.resolve({
        token: identity.issue(principal, STORAGE_AUDIENCE),
        expiresOnTimestamp: Date.now() + 3_600_000,
      });
    const endpoint = `${config.storage.blobEndpoint}/${account.name}`;
    const blobs = new BlobServiceClient(endpoint, { getToken }, { retryOptions: { maxTries: 1 } });
    await blobs.getContainerClient(container).getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  };
}
