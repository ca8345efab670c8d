import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTasksService, PLATFORM, REGISTRY, RESOURCE_GROUP, type TasksService } from './tasks-service.ts';
import { eventually } from './services.ts';

let service: TasksService;
beforeAll(async () => {
  service = await openTasksService();
});
afterAll(() => service.close());

const runRequest = {
  type: 'EncodedTaskRunRequest',
  encodedTaskContent: 'c3RlcHM6IFtd',
  platform: PLATFORM,
  values: [{ name: 'closed', value: 'hidden-value', isSecret: true }],
  credentials: {
    customRegistries: { 'pub.test': { userName: { value: 'me' }, password: { value: 'password-of-pub' } } },
  },
};
const resultOf = ({ body }: { body: unknown }) =>
  (body as { properties?: { runResult?: { properties: { runId: string } } } }).properties?.runResult?.properties;

describe('a task run', () => {
  it('is a run as a resource: it is being created while the run is under way', async () => {
    const put = await service.arm('PUT', '/taskRuns/first-run', { location: 'westeurope', properties: { runRequest } });

    expect(put).toMatchObject({
      status: 201,
      body: {
        name: 'first-run',
        location: 'westeurope',
        type: 'Microsoft.ContainerRegistry/registries/taskRuns',
        properties: { provisioningState: 'Creating', runResult: { properties: { status: 'Queued' } } },
      },
    });
    expect(JSON.stringify(put.body)).not.toMatch(/hidden-value|password-of-pub/);
    const list = await service.arm('GET', '/taskRuns');
    expect(list).toMatchObject({ body: { value: [{ name: 'first-run' }] } });
  });

  it('is created or failed as its run ends, as the SDK waits for it', async () => {
    const waiting = service.client.taskRuns.beginCreateAndWait(
      RESOURCE_GROUP,
      REGISTRY,
      'awaited-run',
      { runRequest: { ...runRequest, type: 'EncodedTaskRunRequest' } },
      { updateIntervalInMs: 10 },
    );
    const runId = await eventually(async () => resultOf(await service.arm('GET', '/taskRuns/awaited-run'))?.runId);

    await service.arm('POST', `/runs/${runId}/cancel`);

    await expect(waiting).rejects.toThrow(/cancel/i);
    expect(await service.arm('GET', '/taskRuns/awaited-run')).toMatchObject({
      body: { properties: { provisioningState: 'Canceled', runResult: { properties: { runId, status: 'Canceled' } } } },
    });
  });

  it('that is put again as it was starts nothing, and with another tag or request it does', async () => {
    const put = async (properties: object) => {
      const body = { properties: { runRequest, ...properties } };
      return resultOf(await service.arm('PUT', '/taskRuns/put-again', body))?.runId;
    };
    const first = await put({});

    const again = await put({});
    const forced = await put({ forceUpdateTag: 'now' });
    const changed = await put({ runRequest: { ...runRequest, values: [] } });

    expect(again).toBe(first);
    expect(new Set([first, forced, changed]).size).toBe(3);
  });

  it('is gone after a DELETE, and its run is not', async () => {
    const put = await service.arm('PUT', '/taskRuns/short-lived', { properties: { runRequest } });

    const first = await service.arm('DELETE', '/taskRuns/short-lived');

    expect(first.status).toBe(200);
    expect((await service.arm('DELETE', '/taskRuns/short-lived')).status).toBe(204);
    expect((await service.arm('GET', '/taskRuns/short-lived')).status).toBe(404);
    expect((await service.arm('GET', `/runs/${resultOf(put)?.runId}`)).status).toBe(200);
  });

  it.each([
    ['a name that is too short', 'PUT', '/taskRuns/run', { properties: { runRequest } }, 400, 'InvalidTaskRunName'],
    ['no request', 'PUT', '/taskRuns/no-request', { properties: {} }, 400, 'InvalidRequestContent'],
    [
      'a task that is not there',
      'PUT',
      '/taskRuns/no-task',
      { properties: { runRequest: { type: 'TaskRunRequest', taskId: '/tasks/none' } } },
      404,
      'ResourceNotFound',
    ],
    ['a PATCH', 'PATCH', '/taskRuns/first-run', { properties: {} }, 400, 'NotSupportedLocally'],
  ])('is refused with %s', async (_what, method, path, body, status, code) => {
    expect(await service.arm(method, path, body)).toMatchObject({ status, body: { error: { code } } });
  });
});
