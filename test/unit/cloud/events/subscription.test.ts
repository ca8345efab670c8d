import { expect, test } from 'vitest';
import { putBody, takes, type Definition } from '../../../../local/cloud/events/subscription.ts';
import type { Published } from '../../../../local/cloud/events/event.ts';

const pushed: Published = {
  schema: 'EventGridSchema',
  event: {
    id: '1',
    topic: '/subscriptions/s',
    subject: 'node:15-alpine',
    eventType: 'ImagePushed',
    eventTime: '2026-09-01T10:00:00Z',
    data: {},
    dataVersion: '2.0',
    metadataVersion: '1',
  },
};
const announced: Published = {
  schema: 'CloudEventSchemaV1_0',
  event: { specversion: '1.0', id: '2', source: '/gates/node', type: 'gated-import.promoted' },
};

const definitionWith = (filter: object): Definition => ({
  ...putBody.parse({
    properties: { destination: { endpointType: 'WebHook', properties: { endpointUrl: 'https://localhost/' } }, filter },
  }).properties,
  eventDeliverySchema: 'CloudEventSchemaV1_0',
});

test.each<[string, object, Published, boolean]>([
  ['everything without a filter', {}, pushed, true],
  ['a subject by its beginning', { subjectBeginsWith: 'node:' }, pushed, true],
  ['a subject by its beginning, in any case', { subjectBeginsWith: 'NODE:' }, pushed, true],
  ['no other case when it matters', { subjectBeginsWith: 'NODE:', isSubjectCaseSensitive: true }, pushed, false],
  ['a subject by its end', { subjectEndsWith: '-alpine' }, pushed, true],
  ['no other end', { subjectEndsWith: '-slim' }, pushed, false],
  ['nothing of which only one half matches', { subjectBeginsWith: 'node', subjectEndsWith: '-slim' }, pushed, false],
  ['an included type', { includedEventTypes: ['ImageDeleted', 'ImagePushed'] }, pushed, true],
  ['no other type', { includedEventTypes: ['ImageDeleted'] }, pushed, false],
  ['every type when the list is null', { includedEventTypes: null }, pushed, true],
  ['a CloudEvent by its type', { includedEventTypes: ['gated-import.promoted'] }, announced, true],
  ['no CloudEvent without a subject when one is wanted', { subjectBeginsWith: 'node' }, announced, false],
])('takes %s', (_, filter, published, expected) => {
  expect(takes(definitionWith(filter), published)).toBe(expected);
});
