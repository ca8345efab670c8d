/**
 * Which permission an operation on blobs needs:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-blob-service-operations
 *
 * An operation that is not told apart needs what its method stands for, so that none needs nothing.
 */
import { action, dataAction, type Need, type StorageRequest } from './needs.ts';

const BLOBS = 'blobServices/containers/blobs';

/** `account`: its resource id. */
export function blobNeeds(request: StorageRequest, account: string): Need[] {
  const { path, query } = request;
  const [container = '', ...blob] = path.split('/');
  if (container === '') return [{ anyOf: [[ofService(request)]], scope: account }];
  const scope = scopeOf(account, container);
  if (query.get('restype') === 'container' || blob.join('/') === '') {
    return [{ anyOf: [[ofContainer(request)]], scope }];
  }
  return [{ anyOf: ofBlob(request), scope }, ...ofSource(request, account)];
}

const scopeOf = (account: string, container: string): string =>
  `${account}/blobServices/default/containers/${container}`;

function ofService({ method, query }: StorageRequest) {
  switch (query.get('comp')) {
    case 'list':
      return action('blobServices/containers/read');
    case 'userdelegationkey':
      return action('blobServices/generateUserDelegationKey/action');
    case 'blobs':
      return dataAction(`${BLOBS}/filter/action`);
    case 'batch':
      return dataAction(`${BLOBS}/delete`);
    default:
      return action(`blobServices/${isRead(method) ? 'read' : 'write'}`);
  }
}

function ofContainer({ method, query }: StorageRequest) {
  const comp = query.get('comp');
  if (comp === 'list') return dataAction(`${BLOBS}/read`);
  if (comp === 'blobs') return dataAction(`${BLOBS}/filter/action`);
  if (comp === 'batch') return dataAction(`${BLOBS}/delete`);
  return action(`blobServices/containers/${isRead(method) ? 'read' : method === 'DELETE' ? 'delete' : 'write'}`);
}

function ofBlob({ method, query, headers }: StorageRequest): Need['anyOf'] {
  const comp = query.get('comp');
  if (comp === 'tags') return [[dataAction(`${BLOBS}/tags/${isRead(method) ? 'read' : 'write'}`)]];
  if (isRead(method) || comp === 'query') return [[dataAction(`${BLOBS}/read`)]];
  if (method === 'DELETE') return [[dataAction(`${BLOBS}/delete`)]];
  const write: Need['anyOf'] = [[dataAction(`${BLOBS}/write`)]];
  const isNew = comp === null && headers['if-none-match'] === '*';
  return isNew ? [...write, [dataAction(`${BLOBS}/add/action`)]] : write;
}

/** A copy reads as well: within the account it says from where; what comes from elsewhere, another account too, brings its own right. */
function ofSource({ headers }: StorageRequest, account: string): Need[] {
  const source = headers['x-ms-copy-source'];
  if (typeof source !== 'string' || !URL.canParse(source)) return [];
  const [, name, container = ''] = new URL(source).pathname.split('/');
  if (!account.endsWith(`/${name}`)) return [];
  return [{ anyOf: [[dataAction(`${BLOBS}/read`)]], scope: scopeOf(account, decodeURIComponent(container)) }];
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
