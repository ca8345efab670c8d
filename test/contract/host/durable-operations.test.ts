import { expect, test } from 'vitest';
import { runHost, type RunningHost } from './running-host.ts';

const post = (host: RunningHost, path: string, body?: unknown) =>
  host.call(`/runtime/webhooks/durabletask/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const statusOf = async (host: RunningHost, id: string) => {
  await host.settle();
  return (await host.call(`/durabletask/instances/${id}`)).body as { runtimeStatus: string; output: unknown };
};

test('suspends with a reason, holds an event back, and resumes', async () => {
  const host = await runHost();
  host.durable.start('once', 's-1');
  await host.settle();

  expect((await post(host, 'instances/s-1/suspend?reason=lunch')).status).toBe(202);
  expect(await statusOf(host, 's-1')).toMatchObject({ runtimeStatus: 'Suspended', customStatus: { step: 'waiting' } });
  expect((await post(host, 'instances/s-1/raiseEvent/finish', { n: 1 })).status).toBe(202);
  expect(await statusOf(host, 's-1')).toMatchObject({ runtimeStatus: 'Suspended' });
  expect((await host.call('/durabletask/instances/?runtimeStatus=Suspended')).body).toMatchObject([
    { instanceId: 's-1' },
  ]);
  expect((await post(host, 'instances/s-1/resume?reason=full')).status).toBe(202);

  expect(await statusOf(host, 's-1')).toMatchObject({ runtimeStatus: 'Completed', output: { event: { n: 1 } } });
  const { body } = await host.call('/durabletask/instances/s-1?showHistory=true');
  expect((body as { historyEvents: object[] }).historyEvents).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ EventType: 'ExecutionSuspended', Reason: 'lunch' }),
      expect.objectContaining({ EventType: 'ExecutionResumed', Reason: 'full' }),
    ]),
  );
});

test('lets the durable client of a function suspend', async () => {
  const host = await runHost();
  host.durable.start('once', 's-2');
  await host.settle();

  await host.call('/api/client/suspend/s-2', { method: 'POST' });

  expect(await statusOf(host, 's-2')).toMatchObject({ runtimeStatus: 'Suspended' });
});

test('answers 500 to a suspension of what is suspended and a resumption of what runs, as the extension does', async () => {
  const host = await runHost();
  host.durable.start('once', 's-3');
  await host.settle();

  const resumed = await post(host, 'instances/s-3/resume');
  await post(host, 'instances/s-3/suspend');
  await host.settle();
  const suspended = await post(host, 'instances/s-3/suspend');

  expect(resumed).toMatchObject({
    status: 500,
    body: {
      Message: 'Something went wrong while processing your request',
      ExceptionMessage: 'cannot resume instance "s-3": it is not suspended',
    },
  });
  expect(suspended).toMatchObject({
    status: 500,
    body: { ExceptionMessage: 'cannot suspend instance "s-3": it is already suspended' },
  });
});

test.each(['suspend', 'resume', 'terminate', 'raiseEvent/finish'])(
  'answers 410 to %s when the instance has ended, and 404 when there is none',
  async (operation) => {
    const host = await runHost();
    host.durable.start('once', 's-4');
    host.durable.terminate('s-4');
    await host.settle();

    expect((await post(host, `instances/s-4/${operation}`, {})).status).toBe(410);
    expect((await post(host, `instances/nobody/${operation}`, {})).status).toBe(404);
  },
);

test('restarts an instance with its input, under a new id', async () => {
  const host = await runHost();
  host.durable.start('once', 'r-1', { n: 1 });
  host.durable.raiseEvent('r-1', 'finish');
  await host.settle();

  const { status, body } = await post(host, 'instances/r-1/restart');

  const { id } = body as { id: string };
  expect(status).toBe(202);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(await statusOf(host, id)).toMatchObject({ name: 'once', runtimeStatus: 'Running', input: { n: 1 } });
  expect(await statusOf(host, 'r-1')).toMatchObject({ runtimeStatus: 'Completed' });
});

test('restarts an instance that has ended under its own id, with a new history', async () => {
  const host = await runHost();
  host.durable.start('once', 'r-2', { n: 2 });
  host.durable.raiseEvent('r-2', 'finish');
  await host.settle();

  const { body } = await post(host, 'instances/r-2/restart?restartWithNewInstanceId=false');

  expect(body).toMatchObject({ id: 'r-2' });
  expect(await statusOf(host, 'r-2')).toMatchObject({ runtimeStatus: 'Running', input: { n: 2 }, output: null });
  expect(host.durable.history('r-2').some(({ EventType }) => EventType === 15)).toBe(false);
});

test('does not restart under its own id what runs, nor what is not there', async () => {
  const host = await runHost();
  host.durable.start('once', 'r-3');

  expect((await post(host, 'instances/r-3/restart?restartWithNewInstanceId=false')).status).toBe(409);
  expect((await post(host, 'instances/r-3/restart')).status).toBe(202);
  expect((await post(host, 'instances/nobody/restart')).status).toBe(400);
});

test('waits for the end when the caller says for how long, and answers the output', async () => {
  const host = await runHost();

  const waiting = post(host, 'orchestrators/once/w-1?timeout=60&pollingInterval=5', {});
  await expect.poll(() => host.durable.status('w-1')?.runtimeStatus).toBe('Running');
  host.durable.raiseEvent('w-1', 'finish', { n: 3 });
  await host.settle();
  host.clock.advance(5_000);

  expect(await waiting).toMatchObject({ status: 200, body: { event: { n: 3 } } });
});

test('answers the links when the end does not come in time', async () => {
  const host = await runHost();

  const waiting = post(host, 'orchestrators/once/w-2?timeout=8&pollingInterval=5', {});
  await expect.poll(() => host.durable.status('w-2')?.runtimeStatus).toBe('Running');
  await host.settle();
  host.clock.advance(5_000);
  await host.settle();
  host.clock.advance(3_000);

  expect(await waiting).toMatchObject({ status: 202, body: { id: 'w-2' } });
});

test.each(['timeout=soon&pollingInterval=1', 'timeout=-1&pollingInterval=1'])(
  'does not start with %s',
  async (query) => {
    const host = await runHost();

    expect((await post(host, `orchestrators/once/w-3?${query}`, {})).status).toBe(400);
    expect(host.durable.status('w-3')).toBeUndefined();
  },
);

test('finds nothing under a status that no instance here is ever in, and refuses one that does not exist', async () => {
  const host = await runHost();
  host.durable.start('once', 'p-1');
  host.durable.terminate('p-1');
  await host.settle();
  const purge = (status: string) =>
    host.call(`/durabletask/instances/?createdTimeFrom=2026-01-01&runtimeStatus=${status}`, { method: 'DELETE' });

  expect((await host.call('/durabletask/instances/?runtimeStatus=Canceled')).body).toEqual([]);
  expect((await purge('Canceled')).status).toBe(404);
  expect((await purge('Compleated')).status).toBe(400);
  expect(host.durable.status('p-1')?.runtimeStatus).toBe('Terminated');
  expect(await purge('Terminated,Failed')).toMatchObject({ status: 200, body: { instancesDeleted: 1 } });
});

test('purges one instance, and not one that runs', async () => {
  const host = await runHost();
  for (const id of ['p-2', 'p-3']) host.durable.start('once', id);
  host.durable.terminate('p-2');
  await host.settle();
  const purge = (id: string) => host.call(`/durabletask/instances/${id}`, { method: 'DELETE' });

  expect(await purge('p-2')).toMatchObject({ status: 200, body: { instancesDeleted: 1 } });
  expect((await purge('p-2')).status).toBe(404);
  expect(await purge('p-3')).toMatchObject({ status: 200, body: { instancesDeleted: 0 } });
});

test('shows sub-orchestrations in the history of their parent', async () => {
  const host = await runHost({ app: 'patterns' });
  host.durable.start('provisionDevices', 'home', { devices: ['lamp'] });
  await host.settle();

  const { body } = await host.call('/durabletask/instances/home?showHistory=true&showHistoryOutput=true');

  expect((body as { historyEvents: object[] }).historyEvents).toMatchObject([
    { EventType: 'ExecutionStarted' },
    {
      EventType: 'SubOrchestrationInstanceCompleted',
      FunctionName: 'provisionDevice',
      Result: { device: 'lamp', installed: true },
    },
    { EventType: 'ExecutionCompleted' },
  ]);
});
