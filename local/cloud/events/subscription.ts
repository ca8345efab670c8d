/** An event subscription: what a PUT may say, which events it takes, and how it is shown. */
import { z } from 'zod';
import { advancedFilters, meets } from './advanced-filter.ts';
import { facts, SCHEMAS, type Published, type Schema } from './event.ts';
import { MAX_DELIVERY_ATTEMPTS, MAX_TIME_TO_LIVE_MINUTES } from './limits.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Azure wants https; on loopback plain http will do, since the local host speaks nothing else. */
const endpointUrl = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}, 'must be an https URL, or an http URL of this machine (localhost, 127.0.0.1)');

/** https://learn.microsoft.com/azure/event-grid/manage-event-delivery#set-dead-letter-location */
const deadLetterDestination = z.strictObject({
  endpointType: z.literal('StorageBlob', 'only StorageBlob takes dead letters'),
  properties: z.strictObject({
    /** Of a storage account. */
    resourceId: z.string(),
    blobContainerName: z.string().min(1),
  }),
});

const batching = {
  maxEventsPerBatch: z.int().min(1).max(5000).default(1),
  preferredBatchSizeInKilobytes: z.int().min(1).max(1024).default(64),
};
const webHook = z.strictObject({
  endpointType: z.literal('WebHook'),
  properties: z.strictObject({ endpointUrl, endpointBaseUrl: z.string().nullish(), ...batching }),
});
const azureFunction = z.strictObject({
  endpointType: z.literal('AzureFunction'),
  properties: z.strictObject({
    /** Of a function of the app of this cloud. */
    resourceId: z.string(),
    ...batching,
    deliveryAttributeMappings: z.array(z.unknown()).max(0, 'delivery properties are not emulated').nullish(),
  }),
});

/** Strict: what is not emulated and would change which events arrive is refused by its name. */
const definition = z.strictObject({
  destination: z.discriminatedUnion('endpointType', [webHook, azureFunction], {
    error: 'only destinations WebHook and AzureFunction are emulated',
  }),
  filter: z
    .strictObject({
      subjectBeginsWith: z.string().default(''),
      subjectEndsWith: z.string().default(''),
      includedEventTypes: z.array(z.string()).nullish(),
      isSubjectCaseSensitive: z.boolean().default(false),
      advancedFilters: advancedFilters.nullish(),
      enableAdvancedFilteringOnArrays: z.boolean().nullish(),
    })
    .prefault({}),
  labels: z.array(z.string()).nullish(),
  retryPolicy: z
    .strictObject({
      maxDeliveryAttempts: z.int().min(1).max(MAX_DELIVERY_ATTEMPTS).default(MAX_DELIVERY_ATTEMPTS),
      eventTimeToLiveInMinutes: z.int().min(1).max(MAX_TIME_TO_LIVE_MINUTES).default(MAX_TIME_TO_LIVE_MINUTES),
    })
    .prefault({}),
  eventDeliverySchema: z.enum(SCHEMAS).optional(),
  deadLetterDestination: deadLetterDestination.nullish(),
  /** The same, written with the identity of the system topic. */
  deadLetterWithResourceIdentity: z
    .strictObject({
      identity: z.strictObject({
        type: z.literal('SystemAssigned', 'only the system-assigned identity of the topic is emulated'),
        userAssignedIdentity: z.string().nullish(),
      }),
      deadLetterDestination,
    })
    .nullish(),
});
export const putBody = z.object({ properties: definition });

export type Definition = z.infer<typeof definition> & { eventDeliverySchema: Schema };

export interface Subscription {
  /** As the PUT wrote it; compared without regard to case. */
  id: string;
  name: string;
  /** Id of the resource whose events it takes, in lower case. */
  topic: string;
  /** Id of the system topic that it is below, as that was written; without one it is below the resource itself. */
  systemTopic?: string;
  state: 'Creating' | 'Updating' | 'Succeeded' | 'Failed' | 'AwaitingManualAction';
  definition: Definition;
  /** What was in force before the change that is being validated. */
  previous?: Definition;
  /** The handshake under way or last done, and the operation that tells of it. */
  validation: { code: string; operation: string; startedAt: number };
}

/** What deliveries go by: a change counts from its handshake on, and until then the state before it does. */
export function inForce({ state, definition, previous }: Subscription): Definition | undefined {
  if (state === 'Succeeded') return definition;
  return previous;
}

export function takes({ filter }: Definition, published: Published): boolean {
  const { subject, type } = facts(published);
  const onArrays = filter.enableAdvancedFilteringOnArrays ?? false;
  const fold = (text: string) => (filter.isSubjectCaseSensitive ? text : text.toLowerCase());
  return (
    (!filter.includedEventTypes || filter.includedEventTypes.includes(type)) &&
    fold(subject).startsWith(fold(filter.subjectBeginsWith)) &&
    fold(subject).endsWith(fold(filter.subjectEndsWith)) &&
    (filter.advancedFilters ?? []).every((each) => meets(each, published.event, { onArrays }))
  );
}

export const deadLetterBlobs = (definition: Definition): z.infer<typeof deadLetterDestination> | undefined =>
  definition.deadLetterWithResourceIdentity?.deadLetterDestination ?? definition.deadLetterDestination ?? undefined;

export function show({ id, name, topic, systemTopic, state, definition }: Subscription): object {
  return {
    id,
    name,
    type: `Microsoft.EventGrid/${systemTopic === undefined ? '' : 'systemTopics/'}eventSubscriptions`,
    properties: {
      topic: topic.replace('/resourcegroups/', '/resourceGroups/'),
      provisioningState: state,
      ...definition,
      labels: definition.labels ?? null,
      destination: showDestination(definition.destination),
    },
  };
}

/** The endpoint of a webhook may carry a key in its query: that is shown by `getFullUrl` only. */
function showDestination(destination: Definition['destination']): object {
  if (destination.endpointType === 'AzureFunction') return destination;
  const { endpointUrl: full, ...rest } = destination.properties;
  const properties = { ...rest, endpointUrl: null, endpointBaseUrl: full.replace(/\?.*$/, '') };
  return { endpointType: 'WebHook', properties };
}
