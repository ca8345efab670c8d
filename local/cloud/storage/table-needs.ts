/**
 * Which permission an operation on tables needs:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-table-service-operations
 *
 * A transaction needs what each operation in it needs.
 */
import { action, dataAction, type Need, type StorageRequest } from './needs.ts';

const ENTITIES = 'tableServices/tables/entities';
const WRITE = dataAction(`${ENTITIES}/write`);
const ADD = dataAction(`${ENTITIES}/add/action`);
const UPDATE = dataAction(`${ENTITIES}/update/action`);

/** `account`: its resource id. */
export function tableNeeds(request: StorageRequest, account: string): Need[] {
  const { method, path, query } = request;
  if (path === '$batch') return operationsIn(request.body ?? '').flatMap((each) => tableNeeds(each, account));
  if (path === '') return [{ anyOf: [[action(`tableServices/${isRead(method) ? 'read' : 'write'}`)]], scope: account }];
  const [, name = '', key] = /^([^(]*)(?:\((.*)\))?$/.exec(path) ?? [];
  if (name === 'Tables')
    return [{ anyOf: [[ofTable(method)]], scope: key ? scopeOf(account, key.replaceAll("'", '')) : account }];
  const scope = scopeOf(account, name);
  if (query.get('comp') === 'acl') return [{ anyOf: [[ofTable(method)]], scope }];
  return [{ anyOf: ofEntity(request), scope }];
}

const scopeOf = (account: string, table: string): string => `${account}/tableServices/default/tables/${table}`;

const ofTable = (method: string) =>
  action(`tableServices/tables/${isRead(method) ? 'read' : method === 'DELETE' ? 'delete' : 'write'}`);

function ofEntity({ method, headers }: StorageRequest): Need['anyOf'] {
  if (isRead(method)) return [[dataAction(`${ENTITIES}/read`)]];
  if (method === 'DELETE') return [[dataAction(`${ENTITIES}/delete`)]];
  if (method === 'POST') return [[WRITE], [ADD]];
  // Without an ETag it is made when it is not there.
  return headers['if-match'] === undefined ? [[WRITE], [ADD, UPDATE]] : [[WRITE], [UPDATE]];
}

const OPERATION = /^(GET|POST|PUT|PATCH|MERGE|DELETE) (\S+) HTTP\/1\.1\r?\n((?:[^\r\n]+\r?\n)*)/gm;

/** The parts of a multipart body. An entity is JSON, which has no line that looks like the beginning of one. */
function operationsIn(body: string): StorageRequest[] {
  return [...body.matchAll(OPERATION)].map(([, method = '', target = '', head = '']) => {
    const { pathname, searchParams } = new URL(target, 'https://localhost');
    return {
      method,
      path: decodeURIComponent(pathname.split('/').at(-1) ?? ''),
      query: searchParams,
      headers: /^if-match:/im.test(head) ? { 'if-match': 'given' } : {},
    };
  });
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
