/** Which permission each operation of blobs and tables needs, and where. */
import { describe, expect, test } from 'vitest';
import { blobNeeds } from '../../../../local/cloud/storage/blob-needs.ts';
import type { Need, StorageRequest } from '../../../../local/cloud/storage/needs.ts';
import { tableNeeds } from '../../../../local/cloud/storage/table-needs.ts';

type Asked = [method: string, target: string, headers?: Record<string, string>, body?: string];

const request = ([method, target, headers = {}, body]: Asked): StorageRequest => {
  const { pathname, searchParams: query } = new URL(target, 'https://localhost');
  return {
    method,
    path: decodeURIComponent(pathname.slice(1)),
    query,
    headers,
    ...(body === undefined ? {} : { body }),
  };
};

/** `<permission> or <permission> and <permission> at <below the account>`, without what all have in common. */
const words = (needs: Need[]): string[] =>
  needs.map(({ anyOf, scope }) => {
    const all = anyOf.map((each) =>
      each.map((one) => ('action' in one ? `manage ${one.action}` : one.dataAction)).join(' and '),
    );
    return `${all.join(' or ')} at ${scope.replace('/account', '') || 'account'}`
      .replaceAll('Microsoft.Storage/storageAccounts/', '')
      .replaceAll(/(blob|table)Services\/(containers|tables)\/(blobs|entities)\//g, '')
      .replaceAll(/\/(blob|table)Services\/default/g, '');
  });

describe('of blobs', () => {
  test.each<[string, Asked, string[]]>([
    ['listing containers', ['GET', '/?comp=list'], ['manage blobServices/containers/read at account']],
    [
      'the settings of the service',
      ['PUT', '/?restype=service&comp=properties'],
      ['manage blobServices/write at account'],
    ],
    [
      'a key to delegate with',
      ['POST', '/?restype=service&comp=userdelegationkey'],
      ['manage blobServices/generateUserDelegationKey/action at account'],
    ],
    [
      'making a container',
      ['PUT', '/reports?restype=container'],
      ['manage blobServices/containers/write at /containers/reports'],
    ],
    [
      'looking at one',
      ['HEAD', '/reports?restype=container'],
      ['manage blobServices/containers/read at /containers/reports'],
    ],
    [
      'deleting one',
      ['DELETE', '/reports?restype=container'],
      ['manage blobServices/containers/delete at /containers/reports'],
    ],
    ['listing blobs', ['GET', '/reports?restype=container&comp=list'], ['read at /containers/reports']],
    ['reading one', ['GET', '/reports/a/b.json'], ['read at /containers/reports']],
    ['writing one', ['PUT', '/reports/a/b.json'], ['write at /containers/reports']],
    [
      'writing one that may not be there yet',
      ['PUT', '/reports/a', { 'if-none-match': '*' }],
      ['write or add/action at /containers/reports'],
    ],
    ['writing a block of one', ['PUT', '/reports/a?comp=block&blockid=x'], ['write at /containers/reports']],
    ['deleting a blob', ['DELETE', '/reports/a'], ['delete at /containers/reports']],
    ['its tags', ['PUT', '/reports/a?comp=tags'], ['tags/write at /containers/reports']],
    [
      'copying one',
      ['PUT', '/reports/a', { 'x-ms-copy-source': 'https://127.0.0.1/account/policy/b' }],
      ['write at /containers/reports', 'read at /containers/policy'],
    ],
  ])('%s', (_what, asked, expected) => {
    expect(words(blobNeeds(request(asked), '/account'))).toEqual(expected);
  });
});

const batch = (...operations: string[]) =>
  [
    '--batch',
    '',
    ...operations.flatMap((operation) => ['--changeset', 'Content-Type: application/http', '', operation]),
  ]
    .join('\r\n')
    .concat('\r\n\r\n{"text":"x\\nDELETE /account/other HTTP/1.1"}\r\n--batch--\r\n');

describe('of tables', () => {
  test.each<[string, Asked, string[]]>([
    ['listing tables', ['GET', '/Tables'], ['manage tableServices/tables/read at account']],
    ['making one', ['POST', '/Tables'], ['manage tableServices/tables/write at account']],
    ['deleting one', ['DELETE', "/Tables('gates')"], ['manage tableServices/tables/delete at /tables/gates']],
    ['asking for rows', ['GET', '/gates()?$filter=x'], ['read at /tables/gates']],
    ['asking for one', ['GET', "/gates(PartitionKey='a',RowKey='b')"], ['read at /tables/gates']],
    ['adding one', ['POST', '/gates'], ['write or add/action at /tables/gates']],
    [
      'changing one',
      ['PATCH', "/gates(PartitionKey='a',RowKey='b')", { 'if-match': '*' }],
      ['write or update/action at /tables/gates'],
    ],
    [
      'changing one, or adding it',
      ['PUT', "/gates(PartitionKey='a',RowKey='b')"],
      ['write or add/action and update/action at /tables/gates'],
    ],
    [
      'deleting one of the rows',
      ['DELETE', "/gates(PartitionKey='a',RowKey='b')", { 'if-match': '*' }],
      ['delete at /tables/gates'],
    ],
    [
      'the settings of the service',
      ['PUT', '/?restype=service&comp=properties'],
      ['manage tableServices/write at account'],
    ],
    [
      'a transaction: what each of its operations needs, and nothing that only a row says',
      [
        'POST',
        '/$batch',
        {},
        batch(
          'POST https://127.0.0.1/account/gates HTTP/1.1\r\nAccept: application/json',
          "DELETE https://127.0.0.1/account/gates(PartitionKey='a',RowKey='b') HTTP/1.1\r\nIf-Match: *",
          "PATCH https://127.0.0.1/account/journal(PartitionKey='a',RowKey='b') HTTP/1.1\r\nIf-Match: *",
        ),
      ],
      ['write or add/action at /tables/gates', 'delete at /tables/gates', 'write or update/action at /tables/journal'],
    ],
  ])('%s', (_what, asked, expected) => {
    expect(words(tableNeeds(request(asked), '/account'))).toEqual(expected);
  });
});
