/** What is wrong with where a subscription wants its dead letters: the storage account has to be one of this cloud, and an identity the topic's. */
import { accountWithId, storageAccounts } from '../storage/accounts.ts';
import type { CloudConfig } from '../world.ts';
import { deadLetterBlobs, type Definition } from './subscription.ts';
import type { SystemTopic } from './system-topics.ts';

export function deadLetterProblem(
  definition: Definition,
  { config, topic }: { config: CloudConfig; topic: SystemTopic | undefined },
): string | undefined {
  const blobs = deadLetterBlobs(definition);
  if (!blobs) return undefined;
  if (!accountWithId(config, blobs.properties.resourceId)) {
    const known = storageAccounts(config).map(({ id }) => id);
    return `dead letters cannot go to ${blobs.properties.resourceId}: the storage accounts of this cloud are ${known.join(', ') || 'not configured'}.`;
  }
  if (definition.deadLetterWithResourceIdentity && topic?.principalId === undefined) {
    return 'deadLetterWithResourceIdentity needs a system topic with a system-assigned identity.';
  }
  return undefined;
}
