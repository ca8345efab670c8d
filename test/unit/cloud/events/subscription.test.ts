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

const measured: Published = {
  schema: 'EventGridSchema',
  event: {
    ...pushed.event,
    data: {
      Name: 'Node',
      size: 5,
      isBase: true,
      nothing: null,
      tags: ['Stable', 'old', 7],
      sizes: [1, 'x', 9],
      none: [],
    },
  },
};
const only = (operatorType: string, key: string, wanted?: unknown, onArrays = false) => ({
  enableAdvancedFilteringOnArrays: onArrays,
  advancedFilters: [
    { operatorType, key, ...(wanted === undefined ? {} : { [Array.isArray(wanted) ? 'values' : 'value']: wanted }) },
  ],
});

test.each<[string, object, boolean]>([
  ['one of several texts', only('StringIn', 'data.name', ['redis', 'NODE']), true],
  ['no other text', only('StringIn', 'data.name', ['nod']), false],
  ['a part of a text', only('StringContains', 'Subject', ['15-']), true],
  ['its beginning', only('StringBeginsWith', 'subject', ['NODE:']), true],
  ['its end', only('StringEndsWith', 'subject', ['-slim', '-alpine']), true],
  ['none of several texts', only('StringNotIn', 'data.name', ['redis', 'node']), false],
  ['a text without a part', only('StringNotContains', 'data.name', ['x', 'y']), true],
  ['no text with one of the parts', only('StringNotContains', 'data.name', ['x', 'od']), false],
  ['no text with that beginning', only('StringNotBeginsWith', 'data.name', ['no']), false],
  ['no text with that end', only('StringNotEndsWith', 'data.name', ['de']), false],
  ['a text with another end', only('StringNotEndsWith', 'data.name', ['is']), true],
  ['a number', only('NumberIn', 'data.size', [4, 5]), true],
  ['no number of a list', only('NumberNotIn', 'data.size', [4, 5]), false],
  ['a smaller number', only('NumberLessThan', 'data.size', 6), true],
  ['no number that is the same, when it must be smaller', only('NumberLessThan', 'data.size', 5), false],
  ['the same number, when it may be', only('NumberLessThanOrEquals', 'data.size', 5), true],
  ['a greater number', only('NumberGreaterThan', 'data.size', 4), true],
  ['no number that is the same, when it must be greater', only('NumberGreaterThan', 'data.size', 5), false],
  ['the same number, when it may be, from below', only('NumberGreaterThanOrEquals', 'data.size', 5), true],
  ['a number in one of the ranges', only('NumberInRange', 'data.size', [[1, 2], [5, 6]]), true], // prettier-ignore
  ['a number out of all ranges', only('NumberNotInRange', 'data.size', [[1, 2], [5, 6]]), false], // prettier-ignore
  ['what is so', only('BoolEquals', 'data.isBase', true), true],
  ['nothing that is not so', only('BoolEquals', 'data.isBase', false), false],
  ['what is null', only('IsNullOrUndefined', 'data.nothing'), true],
  ['what is missing', only('IsNullOrUndefined', 'data.missing.deeper'), true],
  ['what is there', only('IsNotNull', 'data.size'), true],
  ['nothing that is null, when it must be there', only('IsNotNull', 'data.nothing'), false],
  ['a missing text that is in no list', only('StringNotIn', 'data.missing', ['x']), true],
  ['a missing number that is in no list', only('NumberNotIn', 'data.missing', [1]), true],
  ['no missing text for what it does not contain', only('StringNotContains', 'data.missing', ['x']), false],
  ['no missing number for what it is not', only('NumberLessThan', 'data.missing', 1), false],
  ['no text as a number', only('NumberIn', 'data.name', [5]), false],
  ['no list, unless lists are looked into', only('StringIn', 'data.tags', ['stable']), false],
  ['a list with one of the texts', only('StringIn', 'data.tags', ['stable'], true), true],
  ['no list with one of the texts, when none may be', only('StringNotIn', 'data.tags', ['old'], true), false],
  ['a list with a greater number, past what is no number', only('NumberGreaterThan', 'data.sizes', 8, true), true],
  ['no empty list', only('StringIn', 'data.none', ['x'], true), false],
])('takes by an advanced filter %s', (_, filter, expected) => {
  expect(takes(definitionWith(filter), measured)).toBe(expected);
});

test('takes what meets all of several advanced filters', () => {
  const filters = (size: number) => ({
    advancedFilters: [
      { operatorType: 'StringIn', key: 'data.name', values: ['node'] },
      { operatorType: 'NumberIn', key: 'data.size', values: [size] },
    ],
  });

  expect([5, 6].map((size) => takes(definitionWith(filters(size)), measured))).toEqual([true, false]);
});

test('takes a CloudEvent by an attribute of an extension', () => {
  const filter = only('StringIn', 'extension', ['on']);

  expect(takes(definitionWith(filter), { ...announced, event: { ...announced.event, extension: 'on' } })).toBe(true);
  expect(takes(definitionWith(filter), announced)).toBe(false);
});
