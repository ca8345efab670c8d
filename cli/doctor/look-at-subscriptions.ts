/** Who is told of pushes to a registry: the event subscriptions of its system topic, and those below the registry itself. */
import { z } from 'zod';
import type { DeadLetters, Subscription, SystemTopic } from '../../shared/domain/doctor/facts.ts';
import { valueOf, type Seen } from '../../shared/domain/doctor/finding.ts';
import { sameId } from '../../shared/domain/doctor/roles.ts';
import type { Reader } from './reader.ts';

const EVENTS = '2025-02-15';

const topic = z
  .object({
    id: z.string(),
    name: z.string(),
    identity: z.object({ principalId: z.string().nullish() }).nullish(),
    properties: z.object({ source: z.string() }),
  })
  .transform(({ id, name, identity, properties: { source } }) => ({
    ...{ id, name, source },
    ...(identity?.principalId ? { objectId: identity.principalId } : {}),
  }));
const deadLetterDestination = z.object({
  properties: z.object({ resourceId: z.string().nullish(), blobContainerName: z.string().nullish() }).nullish(),
});
const subscription = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    provisioningState: z.string().nullish(),
    destination: z
      .object({
        endpointType: z.string(),
        properties: z.object({ resourceId: z.string().nullish(), endpointBaseUrl: z.string().nullish() }).nullish(),
      })
      .nullish(),
    filter: z
      .object({
        includedEventTypes: z.array(z.string()).nullish(),
        subjectBeginsWith: z.string().nullish(),
        subjectEndsWith: z.string().nullish(),
        advancedFilters: z.array(z.unknown()).nullish(),
      })
      .nullish(),
    deadLetterDestination: deadLetterDestination.nullish(),
    deadLetterWithResourceIdentity: z.object({ deadLetterDestination: deadLetterDestination.nullish() }).nullish(),
  }),
});

export type Topics = Seen<z.infer<typeof topic>[]>;

export const topicsOf = (arm: Reader, where: string): Promise<Topics> =>
  arm.list(
    `${where}/providers/Microsoft.EventGrid/systemTopics?api-version=${EVENTS}`,
    { what: 'the system topics of the subscription', where, right: 'the role "Reader" on the subscription' },
    topic,
  );

/** Its own, found by what it tells of. */
export function topicOf(topics: Topics, registry: string): SystemTopic | undefined {
  const found = valueOf(topics)?.find(({ source }) => sameId(source, registry));
  if (!found) return undefined;
  const { source: _, ...own } = found;
  return own;
}

export async function subscriptionsOf(
  arm: Reader,
  { id, name }: { id: string; name: string },
  topics: Topics,
): Promise<Seen<Subscription[]>> {
  if (topics.kind !== 'seen') return topics;
  const about = {
    what: `the event subscriptions of registry ${name}`,
    where: id,
    right: 'the role "Reader" on its system topic',
  };
  const own = topicOf(topics, id);
  const places = [`${id}/providers/Microsoft.EventGrid`, ...(own ? [own.id] : [])];
  const all: Subscription[] = [];
  for (const place of places) {
    const listed = await arm.list(`${place}/eventSubscriptions?api-version=${EVENTS}`, about, subscription);
    if (listed.kind === 'unseen') return listed;
    if (listed.kind === 'seen') all.push(...listed.value.map(toSubscription));
  }
  // Azure lists those of the system topic at the registry as well.
  const once = all.filter((each, index) => all.findIndex((other) => sameId(other.id, each.id)) === index);
  return { kind: 'seen', value: once };
}

function toSubscription({ id, name, properties }: z.infer<typeof subscription>): Subscription {
  const { destination, filter, provisioningState } = properties;
  const { resourceId, endpointBaseUrl } = destination?.properties ?? {};
  return {
    id,
    name,
    state: provisioningState ?? 'Succeeded',
    destination: {
      kind: destination?.endpointType ?? 'nothing that is known here',
      ...(resourceId ? { functionId: resourceId } : {}),
      ...(endpointBaseUrl ? { url: endpointBaseUrl } : {}),
    },
    ...(filter?.includedEventTypes?.length ? { eventTypes: filter.includedEventTypes } : {}),
    subjectBeginsWith: filter?.subjectBeginsWith ?? '',
    subjectEndsWith: filter?.subjectEndsWith ?? '',
    advancedFilters: filter?.advancedFilters?.length ?? 0,
    ...deadLettersOf(properties),
  };
}

function deadLettersOf(properties: z.infer<typeof subscription>['properties']): { deadLetters?: DeadLetters } {
  const { deadLetterDestination: withKey, deadLetterWithResourceIdentity: asTopic } = properties;
  const { resourceId, blobContainerName } = (asTopic?.deadLetterDestination ?? withKey)?.properties ?? {};
  if (!resourceId || !blobContainerName) return {};
  const container = `${resourceId}/blobServices/default/containers/${blobContainerName}`;
  return { deadLetters: { container, asTopic: Boolean(asTopic?.deadLetterDestination) } };
}
