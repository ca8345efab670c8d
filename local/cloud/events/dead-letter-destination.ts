/** What is wrong with where a subscription wants its dead letters: the storage account has to be this cloud's, and an identity the topic's. */
import type { CloudConfig } from '../world.ts';
import { deadLetterBlobs, type Definition } from './subscription.ts';
import type { SystemTopic } from './system-topics.ts';

export const storageIdOf = ({ subscription, storage }: CloudConfig): string | undefined =>
  storage &&
  `/subscriptions/${subscription}/resourceGroups/${storage.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${storage.name}`;

export function deadLetterProblem(
  definition: Definition,
  { config, topic }: { config: CloudConfig; topic: SystemTopic | undefined },
): string | undefined {
  const blobs = deadLetterBlobs(definition);
  if (!blobs) return undefined;
  const account = storageIdOf(config);
  if (account?.toLowerCase() !== blobs.properties.resourceId.toLowerCase()) {
    return `dead letters cannot go to ${blobs.properties.resourceId}: the storage account of this cloud is ${account ?? 'not configured'}.`;
  }
  if (definition.deadLetterWithResourceIdentity && topic?.principalId === undefined) {
    return 'deadLetterWithResourceIdentity needs a system topic with a system-assigned identity.';
  }
  return undefined;
}
