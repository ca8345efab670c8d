/** Agent pools: a name that tasks and runs may ask for, once it is there. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTasksService, PLATFORM, REGISTRY, RESOURCE_GROUP, type TasksService } from './tasks-service.ts';

let service: TasksService;
beforeAll(async () => {
  service = await openTasksService();
});
afterAll(() => service.close());

const encodedTaskContent = Buffer.from('steps: []').toString('base64');
const run = { type: 'EncodedTaskRunRequest', encodedTaskContent, platform: PLATFORM };
const inPool = (agentPoolName: string) => ({
  location: 'westeurope',
  properties: { platform: PLATFORM, agentPoolName, step: { type: 'EncodedTask', encodedTaskContent } },
});
const notFound = (name: string) => ({
  status: 404,
  body: { error: { code: 'ResourceNotFound', message: expect.stringContaining(`agent pool '${name}'`) as unknown } },
});

it('is made, found, listed, changed and deleted', async () => {
  const { agentPools } = service.client;
  const made = await agentPools.beginCreateAndWait(RESOURCE_GROUP, REGISTRY, 'closed', {
    ...{ location: 'westeurope', count: 2, tier: 'S2', os: 'Linux' },
    virtualNetworkSubnetResourceId: '/subscriptions/s/subnets/agents',
  });
  const changed = await agentPools.beginUpdateAndWait(RESOURCE_GROUP, REGISTRY, 'closed', { count: 1 });
  const listed: unknown[] = [];
  for await (const pool of agentPools.list(RESOURCE_GROUP, REGISTRY)) listed.push(pool.name);
  await agentPools.beginDeleteAndWait(RESOURCE_GROUP, REGISTRY, 'closed');

  expect(made).toMatchObject({ name: 'closed', count: 2, tier: 'S2', os: 'Linux', provisioningState: 'Succeeded' });
  expect(changed).toMatchObject({
    count: 1,
    tier: 'S2',
    virtualNetworkSubnetResourceId: made.virtualNetworkSubnetResourceId,
  });
  expect(listed).toEqual(['closed']);
  expect(await service.arm('GET', '/agentPools/closed')).toMatchObject(notFound('closed'));
});

it('takes the runs and tasks that ask for it, and no other pool does', async () => {
  await service.arm('PUT', '/agentPools/agents', { location: 'westeurope', properties: { tier: 'S1' } });
  const empty = await service.arm('POST', '/agentPools/agents/listQueueStatus');

  const quick = await service.arm('POST', '/scheduleRun', { ...run, agentPoolName: 'AGENTS' });
  const task = await service.arm('PUT', '/tasks/pooled', inPool('agents'));
  const queue = await service.arm('POST', '/agentPools/agents/listQueueStatus');

  expect([quick.status, task.status]).toEqual([200, 200]);
  expect([empty.body, queue.body]).toEqual([{ count: 0 }, { count: 1 }]);
  expect(await service.arm('POST', '/scheduleRun', { ...run, agentPoolName: 'none' })).toMatchObject(notFound('none'));
  expect(await service.arm('PUT', '/tasks/unpooled', inPool('none'))).toMatchObject(notFound('none'));
  expect(await service.arm('GET', '/tasks/unpooled')).toMatchObject({ status: 404 });
});

it.each([
  ['a name that Azure does not take', '/agentPools/a', {}, 'InvalidAgentPoolName'],
  ['Windows', '/agentPools/windows', { os: 'Windows' }, 'NotSupportedLocally'],
])('with %s is refused', async (_what, path, properties, code) => {
  const answer = await service.arm('PUT', path, { location: 'westeurope', properties });

  expect(answer).toMatchObject({ status: 400, body: { error: { code } } });
});
