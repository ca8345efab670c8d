/**
 * Pushes that could not be delivered: whether Event Grid keeps them, and whether the system topic of the registry may.
 *
 * As infra/modules/push-subscription.bicep and dead-letter-access.bicep have it: written to a container, with the identity of the topic.
 */
import type { Facts, Registry, Subscription, SystemTopic } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import { missingRight } from './missing-rights.ts';
import { isAtOrBelow } from './roles.ts';
import { oursOf, REPAIR } from './subscriptions.ts';

export const DEAD_LETTERS = { role: 'Storage Blob Data Contributor', container: 'dead-letters' };
const LOST = 'a push that could not be delivered is lost, and the alert on dead letters never fires';

export function deadLetterFindings(facts: Facts): Finding[] {
  return Object.values(valueOf(facts.registries) ?? {}).flatMap((registry) => {
    const ours = oursOf(registry, facts);
    const { topic } = registry;
    const below = ours.filter(({ id }) => topic && isAtOrBelow(id, topic.id));
    return [
      ...(topic && below.length > 0 ? topicFindings(topic, { registry, below, facts }) : []),
      ...ours.filter(({ deadLetters }) => !deadLetters).map((one) => notKept(one, { registry, below, facts })),
    ];
  });
}

interface At {
  registry: Registry;
  /** Our subscriptions of the topic. */
  below: Subscription[];
  facts: Facts;
}

function topicFindings(topic: SystemTopic, { registry, below, facts }: At): Finding[] {
  const called = `the system topic ${topic.name} of registry ${registry.name}`;
  if (topic.objectId === undefined) {
    return [
      {
        code: 'no-identity',
        severity: 'error',
        what: `${called} has no identity of its own`,
        where: topic.id,
        why: LOST,
        fix: `az eventgrid system-topic update --resource-group ${groupOf(topic.id)} --name ${topic.name} --identity systemassigned\nthen call this again: it says which role the new identity lacks`,
      },
    ];
  }
  const definitions = valueOf(facts.definitions);
  const held = valueOf(facts.assignments[topic.objectId]);
  if (!definitions || !held) return [];
  const holder = { called, objectId: topic.objectId, held, definitions };
  const containers = below.flatMap(({ deadLetters }) => (deadLetters?.asTopic ? [deadLetters.container] : []));
  // What is assigned in another subscription is not seen.
  const judged = [...new Set(containers)].filter((scope) => isAtOrBelow(scope, facts.subscription));
  return judged.flatMap((scope) => {
    const place = `the container ${scope.split('/').at(-1)} of storage account ${scope.split('/')[8]}`;
    const need = { who: 'topic', role: DEAD_LETTERS.role, scope, place, because: LOST };
    return missingRight({ ...need, required: true, repositories: [] }, holder);
  });
}

function notKept(one: Subscription, { registry, below, facts }: At): Finding {
  const topic = below.includes(one) ? registry.topic : undefined;
  const storage = valueOf(facts.storage);
  return {
    code: 'no-dead-letters',
    severity: 'warning',
    what: `the event subscription "${one.name}" of registry ${registry.name} has no destination for dead letters`,
    where: one.id,
    why: LOST,
    // Only a subscription of a system topic can write as an identity, and the account takes no keys.
    fix:
      topic && storage
        ? `az eventgrid system-topic event-subscription update --resource-group ${groupOf(topic.id)} --system-topic-name ${topic.name} --name ${one.name} --deadletter-identity systemassigned --deadletter-identity-endpoint ${storage.id}/blobServices/default/containers/${DEAD_LETTERS.container}`
        : `${REPAIR} with the system topic of registry ${registry.name} in topicIds`,
  };
}

/** Of a resource id. */
const groupOf = (id: string): string => id.split('/')[4] ?? '';
