/** Who is told of pushes to a registry: the event subscriptions of its system topic, and those below the registry itself. */
import { z } from 'zod';
import type { Subscription } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import { sameId } from '../../shared/domain/doctor/roles.ts';
import type { Reader } from './reader.ts';

const EVENTS = '2025-02-15';

const topic = z.object({ id: z.string(), properties: z.object({ source: z.string() }) });
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
  }),
});

export type Topics = Seen<z.infer<typeof topic>[]>;

export const topicsOf = (arm: Reader, where: string): Promise<Topics> =>
  arm.list(
    `${where}/providers/Microsoft.EventGrid/systemTopics?api-version=${EVENTS}`,
    { what: 'the system topics of the subscription', where, right: 'the role "Reader" on the subscription' },
    topic,
  );

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
  const places = [
    `${id}/providers/Microsoft.EventGrid`,
    ...topics.value.filter(({ properties }) => sameId(properties.source, id)).map((each) => each.id),
  ];
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
  };
}
