import { expect, test } from 'vitest';
import { runHost, START, type RunningHost } from './running-host.ts';

const client = async (host: RunningHost, operation: string, id = '') => {
  const { body } = await host.call(`/api/client/${operation}/${id}`, { method: 'POST' });
  await host.settle();
  return body;
};
const post = (host: RunningHost, path: string, body?: unknown) =>
  host.call(`/runtime/webhooks/durabletask/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

test('lets the durable client of an HTTP function start, ask, raise an event and purge', async () => {
  const host = await runHost();

  expect(await client(host, 'start', 'job-1')).toBe('job-1');
  expect(await client(host, 'status', 'job-1')).toMatchObject({
    name: 'once',
    runtimeStatus: 'Running',
    input: { n: 7 },
    customStatus: { step: 'waiting' },
    createdTime: new Date(START).toISOString(),
  });
  expect(await client(host, 'running')).toMatchObject([{ instanceId: 'job-1' }]);
  await client(host, 'finish', 'job-1');
  expect(await client(host, 'running')).toEqual([]);
  expect(await client(host, 'status', 'job-1')).toMatchObject({
    runtimeStatus: 'Completed',
    output: { input: { n: 7 }, event: { done: true } },
  });
  expect(await client(host, 'purge', 'job-1')).toEqual({ instancesDeleted: 1 });
  expect(await client(host, 'purge', 'job-1')).toEqual({ instancesDeleted: 0 });
});

test('lets an activity start another instance with its own durable client', async () => {
  const host = await runHost();

  host.durable.start('lead', 'lead-1');
  await host.settle();

  expect(host.durable.status('lead-1')).toMatchObject({ runtimeStatus: 'Completed', output: { id: 'followed-1' } });
  expect(host.durable.status('followed-1')).toMatchObject({ name: 'once', input: { followed: true } });
});

test('terminates through the client, and calls a terminated instance gone', async () => {
  const host = await runHost();
  await client(host, 'start', 'job-2');

  await client(host, 'terminate', 'job-2');

  expect(await client(host, 'status', 'job-2')).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
  expect((await post(host, 'instances/job-2/terminate?reason=more')).status).toBe(410);
  expect((await post(host, 'instances/other/terminate?reason=more')).status).toBe(404);
});

test.each([
  ['an instance that runs', 'orchestrators/once/twice', 409],
  ['an orchestrator that the app lacks', 'orchestrators/nobody/x', 400],
  ['an activity', 'orchestrators/append/x', 400],
  ['an id with a slash', 'orchestrators/once/a%2Fb', 400],
  ['an id with a hash', 'orchestrators/once/a%23b', 400],
  ['an id that looks like an entity', 'orchestrators/once/@counter@a', 400],
  ['an id of 101 characters', `orchestrators/once/${'i'.repeat(101)}`, 400],
])('refuses to start %s', async (_what, path, status) => {
  const host = await runHost();
  host.durable.start('once', 'twice');

  expect((await post(host, path, {})).status).toBe(status);
});

test('takes an id of 100 characters', async () => {
  const host = await runHost();

  expect((await post(host, `orchestrators/once/${'i'.repeat(100)}`)).status).toBe(202);
});

test('answers the links of an instance, at the address that was called', async () => {
  const host = await runHost();

  const { status, body, headers } = await post(host, 'orchestrators/once/linked', {});

  const links = body as { id: string; statusQueryGetUri: string };
  expect(status).toBe(202);
  expect(links.id).toBe('linked');
  expect(headers.get('location')).toBe(links.statusQueryGetUri);
  expect(links.statusQueryGetUri).toMatch(
    new RegExp(`^${host.url}/runtime/webhooks/durabletask/instances/linked\\?taskHub=HostAppHub&`),
  );
  expect((await fetch(links.statusQueryGetUri)).status).toBe(202);
});

test('shows the history by name, with inputs and results only when asked', async () => {
  const host = await runHost();
  host.durable.start('once', 'h-1');
  host.durable.raiseEvent('h-1', 'finish', { done: 1 });
  await host.settle();

  const plain = await host.call('/durabletask/instances/h-1?showHistory=true&showInput=false');
  const full = await host.call('/durabletask/instances/h-1?showHistory=true&showHistoryOutput=true');

  expect(plain.status).toBe(200);
  expect((plain.body as { historyEvents: object[] }).historyEvents).toEqual([
    { EventType: 'ExecutionStarted', Timestamp: new Date(START).toISOString(), FunctionName: 'once' },
    { EventType: 'EventRaised', Timestamp: new Date(START).toISOString(), Name: 'finish' },
    { EventType: 'ExecutionCompleted', Timestamp: new Date(START).toISOString(), OrchestrationStatus: 'Completed' },
  ]);
  expect((full.body as { historyEvents: object[] }).historyEvents.at(-1)).toMatchObject({
    Result: { input: null, event: { done: 1 } },
  });
});

test('lists page by page', async () => {
  const host = await runHost();
  for (const n of [1, 2, 3]) host.durable.start('once', `page-${n}`);

  const first = await host.call('/durabletask/instances/?top=2&instanceIdPrefix=page-');
  const token = first.headers.get('x-ms-continuation-token') ?? '';
  const second = await host.call('/durabletask/instances/?top=2', { headers: { 'x-ms-continuation-token': token } });

  expect(first.body).toMatchObject([{ instanceId: 'page-1' }, { instanceId: 'page-2' }]);
  expect(second.body).toMatchObject([{ instanceId: 'page-3' }]);
  expect(second.headers.has('x-ms-continuation-token')).toBe(false);
});

test('purges what has ended by a filter, and keeps what runs', async () => {
  const host = await runHost();
  for (const id of ['ended', 'running']) host.durable.start('once', id);
  host.durable.terminate('ended');
  await host.settle();
  const purge = (query: string) => host.call(`/durabletask/instances/?${query}`, { method: 'DELETE' });

  expect((await purge('')).status).toBe(400);
  expect(await purge('createdTimeFrom=2026-01-01')).toMatchObject({ status: 200, body: { instancesDeleted: 1 } });

  expect(host.durable.list({}).map(({ instanceId }) => instanceId)).toEqual(['running']);
});

test.each(['instances/s-1/rewind', 'entities/counter/a'])('refuses %s by name and says where it runs', async (path) => {
  const host = await runHost();
  host.durable.start('once', 's-1');

  const { status, body } = await post(host, path);

  expect(status).toBe(501);
  expect((body as { Message: string }).Message).toMatch(/^(rewind|entities): .*func start/);
});

test('warns when an event is raised in another case than it is waited for', async () => {
  const host = await runHost();
  host.durable.start('once', 'case-1');

  host.durable.raiseEvent('case-1', 'Finish', {});
  await host.settle();

  expect(host.durable.status('case-1')?.runtimeStatus).toBe('Running');
  expect(host.log).toContainEqual({
    level: 'warning',
    functionName: 'once',
    message: 'case-1: event "Finish" was raised while it waits for "finish": names must agree in case',
  });
});

test('fails an activity that takes longer than functionTimeout', async () => {
  const host = await runHost();
  host.durable.start('hang', 'hang-1');
  await expect.poll(() => host.log.some(({ functionName }) => functionName === 'never')).toBe(true);

  host.clock.advance(60_000);
  await host.settle();

  expect(host.durable.status('hang-1')?.runtimeStatus).toBe('Failed');
  expect(host.durable.status('hang-1')?.output).toContain(
    'Timeout value of 60 s (functionTimeout) was exceeded by function: never',
  );
});
