/**
 * Which permission an operation on queues needs:
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#permissions-for-queue-service-operations
 *
 * An operation that is not told apart needs what its method stands for, so that none needs nothing.
 */
import { action, dataAction, type Need, type StorageRequest } from './needs.ts';

const QUEUES = 'queueServices/queues';
const READ = dataAction(`${QUEUES}/messages/read`);
const WRITE = dataAction(`${QUEUES}/messages/write`);
const DELETE = dataAction(`${QUEUES}/messages/delete`);
const ADD = dataAction(`${QUEUES}/messages/add/action`);
const PROCESS = dataAction(`${QUEUES}/messages/process/action`);

/** `account`: its resource id. */
export function queueNeeds(request: StorageRequest, account: string): Need[] {
  const [queue = '', messages, id] = request.path.split('/');
  if (queue === '') return [{ anyOf: [[ofService(request)]], scope: account }];
  const scope = `${account}/queueServices/default/queues/${queue}`;
  if (messages !== 'messages') return [{ anyOf: [[ofQueue(request)]], scope }];
  return [{ anyOf: id === undefined ? ofMessages(request) : ofMessage(request), scope }];
}

const ofService = ({ method, query }: StorageRequest) =>
  action(query.get('comp') === 'list' ? `${QUEUES}/read` : `queueServices/${isRead(method) ? 'read' : 'write'}`);

function ofQueue({ method, query }: StorageRequest) {
  if (query.get('comp') === 'acl') return action(`${QUEUES}/${isRead(method) ? 'getAcl' : 'setAcl'}/action`);
  return action(`${QUEUES}/${isRead(method) ? 'read' : method === 'DELETE' ? 'delete' : 'write'}`);
}

function ofMessages({ method, query }: StorageRequest): Need['anyOf'] {
  if (method === 'POST') return [[ADD], [WRITE]];
  if (method === 'DELETE') return [[DELETE]];
  if (!isRead(method)) return [[WRITE]];
  // Who gets messages hides them from others, and may delete them then.
  return query.get('peekonly') === 'true' ? [[READ]] : [[PROCESS], [DELETE, READ]];
}

const ofMessage = ({ method }: StorageRequest): Need['anyOf'] =>
  method === 'DELETE' ? [[PROCESS], [DELETE]] : [[WRITE]];

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
