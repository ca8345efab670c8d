import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTasksService, PLATFORM, REGISTRY, RESOURCE_GROUP, type TasksService } from './tasks-service.ts';

let service: TasksService;
beforeAll(async () => {
  service = await openTasksService();
});
afterAll(() => service.close());

const encoded = (text: string) => Buffer.from(text).toString('base64');
const run = { type: 'EncodedTaskRunRequest', encodedTaskContent: encoded('steps: []'), platform: PLATFORM };
const task = {
  location: 'westeurope',
  identity: { type: 'SystemAssigned' },
  properties: {
    platform: PLATFORM,
    step: {
      type: 'FileTask',
      contextPath: 'https://example.test/repo.git#main',
      contextAccessToken: 'token-of-the-context',
      taskFilePath: 'acr-task.yaml',
      values: [
        { name: 'open', value: 'shown' },
        { name: 'closed', value: 'hidden-value', isSecret: true },
      ],
    },
    trigger: {
      sourceTriggers: [
        {
          name: 'commits',
          status: 'Disabled',
          sourceTriggerEvents: ['commit'],
          sourceRepository: {
            sourceControlType: 'Github',
            repositoryUrl: 'https://example.test/repo.git',
            sourceControlAuthProperties: { tokenType: 'PAT', token: 'token-of-the-trigger' },
          },
        },
      ],
    },
    credentials: {
      customRegistries: { 'pub.test': { userName: { value: 'me' }, password: { value: 'password-of-pub' } } },
    },
  },
};
const errorOf = (answer: { status: number; body: unknown }) => ({
  status: answer.status,
  ...(answer.body as { error: { code: string; message: string } }).error,
});

describe('a task', () => {
  it('shows its secrets to listDetails only', async () => {
    const put = await service.arm('PUT', '/tasks/with-secrets', task);
    const get = await service.arm('GET', '/tasks/WITH-secrets');
    const list = await service.arm('GET', '/tasks');

    const details = await service.arm('POST', '/tasks/with-secrets/listDetails');

    const secrets = ['token-of-the-context', 'hidden-value', 'token-of-the-trigger', 'password-of-pub'];
    expect(put.status).toBe(200);
    for (const shown of [put, get, list]) {
      expect(JSON.stringify(shown.body)).toContain('"shown"');
      for (const secret of secrets) expect(JSON.stringify(shown.body)).not.toContain(secret);
    }
    for (const secret of secrets) expect(JSON.stringify(details.body)).toContain(secret);
  });

  it('keeps in a PATCH what is not named, and removes what is null', async () => {
    await service.arm('PUT', '/tasks/patched', task);

    const patch = await service.arm('PATCH', '/tasks/patched', {
      properties: {
        platform: {},
        step: { type: 'FileTask', taskFilePath: 'other.yaml' },
        trigger: {
          sourceTriggers: [
            {
              name: 'second',
              status: 'Disabled',
              sourceTriggerEvents: ['commit'],
              sourceRepository: { sourceControlType: 'Github', repositoryUrl: 'https://example.test/other.git' },
            },
          ],
        },
        credentials: { customRegistries: { 'pub.test': null, 'new.test': { identity: '[system]' } } },
      },
    });

    expect(patch.status).toBe(200);
    const details = await service.arm('POST', '/tasks/patched/listDetails');
    expect(details.body).toMatchObject({
      properties: {
        step: { taskFilePath: 'other.yaml', contextAccessToken: 'token-of-the-context' },
        trigger: { sourceTriggers: [{ name: 'commits' }, { name: 'second' }] },
        credentials: { customRegistries: { 'new.test': { identity: '[system]' } } },
      },
    });
    expect(JSON.stringify(details.body)).not.toContain('pub.test');
  });

  it.each([
    [
      'a base image trigger that calls somebody',
      {
        baseImageTrigger: {
          ...{ name: 'base', baseImageTriggerType: 'Runtime' },
          updateTriggerEndpoint: 'https://example.test/hook',
        },
      },
      { code: 'NotSupportedLocally', message: expect.stringContaining('updateTriggerEndpoint') },
    ],
    [
      'a schedule that is none',
      { timerTriggers: [{ name: 'daily', schedule: '0 25 * * *' }] },
      { code: 'InvalidRequestContent', message: expect.stringContaining('"25" is no hour') },
    ],
    [
      'a schedule of six fields',
      { timerTriggers: [{ name: 'daily', schedule: '0 0 21 * * *' }] },
      { code: 'InvalidRequestContent', message: expect.stringContaining('6 fields') },
    ],
  ])('is refused with %s', async (_what, trigger, refusal) => {
    const answer = await service.arm('PUT', '/tasks/with-trigger', {
      ...task,
      properties: { ...task.properties, trigger },
    });

    expect(errorOf(answer)).toMatchObject({ status: 400, ...refusal });
  });

  it('keeps and answers its triggers', async () => {
    const trigger = {
      timerTriggers: [{ name: 'daily', schedule: '0 21 * * Mon-Fri', status: 'Disabled' }],
      baseImageTrigger: {
        ...{ name: 'base', baseImageTriggerType: 'All', updateTriggerPayloadType: 'Default', status: 'Enabled' },
      },
    };

    const answer = await service.arm('PUT', '/tasks/with-timer', {
      ...task,
      properties: { ...task.properties, trigger },
    });

    expect(answer).toMatchObject({ status: 200, body: { properties: { trigger } } });
  });

  it('is gone after a DELETE, and a second one finds nothing', async () => {
    await service.arm('PUT', '/tasks/short-lived', task);

    const first = await service.arm('DELETE', '/tasks/short-lived');

    expect(first.status).toBe(200);
    expect((await service.arm('DELETE', '/tasks/short-lived')).status).toBe(204);
    expect(errorOf(await service.arm('GET', '/tasks/short-lived'))).toMatchObject({
      status: 404,
      code: 'ResourceNotFound',
    });
  });
});

describe('a run request', () => {
  it('gets the next id of its registry', async () => {
    const [one, two] = [await service.arm('POST', '/scheduleRun', run), await service.arm('POST', '/scheduleRun', run)];

    const number = ({ body }: { body: unknown }) => Number((body as { name: string }).name.slice(2));
    expect(number(two)).toBe(number(one) + 1);
  });

  it.each([
    ['a timeout below what Azure allows', { ...run, timeout: 299 }, 'InvalidRequestContent', '300 and 28800'],
    ['a timeout above what Azure allows', { ...run, timeout: 28_801 }, 'InvalidRequestContent', '300 and 28800'],
    ['Windows', { ...run, platform: { os: 'Windows' } }, 'NotSupportedLocally', 'Linux'],
    [
      'an identity for its own registry, in a version that knows none',
      { ...run, credentials: { sourceRegistry: { identity: '[caller]' } } },
      'InvalidRequestContent',
      '2025-03-01-preview',
    ],
    ['an unknown type', { ...run, type: 'OtherRequest' }, 'InvalidRequestContent', 'type'],
    ['no type at all', {}, 'InvalidRequestContent', 'type'],
  ])('with %s is refused', async (_what, request, code, said) => {
    const answer = await service.arm('POST', '/scheduleRun?api-version=2019-06-01-preview', request);

    expect(errorOf(answer)).toMatchObject({ status: 400, code, message: expect.stringContaining(said) });
  });

  it('for a task that does not exist finds nothing', async () => {
    const answer = await service.arm('POST', '/scheduleRun', { type: 'TaskRunRequest', taskId: '/nowhere/tasks/none' });

    expect(errorOf(answer)).toMatchObject({ status: 404, message: expect.stringContaining('/nowhere/tasks/none') });
  });

  it('for a task never gives its overridden secrets away', async () => {
    await service.arm('PUT', '/tasks/overridden', task);
    const taskId = `/subscriptions/${service.world.config.subscription}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY}/tasks/overridden`;

    const answer = await service.arm('POST', '/scheduleRun', {
      type: 'TaskRunRequest',
      taskId,
      overrideTaskStepProperties: { values: [{ name: 'closed', value: 'said-once', isSecret: true }] },
    });

    expect(answer.status).toBe(200);
    const { name } = answer.body as { name: string };
    expect(JSON.stringify((await service.arm('GET', `/runs/${name}`)).body)).not.toContain('said-once');
  });
});

describe('runs', () => {
  it('are listed newest first, and found by what az filters for', async () => {
    const answer = await service.arm('POST', '/scheduleRun', run);
    const newest = (answer.body as { name: string }).name;
    await service.arm('POST', `/runs/${newest}/cancel`);

    const all = await service.arm('GET', '/runs?$top=2');
    const canceled = await service.arm(
      'GET',
      `/runs?$filter=${encodeURIComponent("Status eq 'Canceled' and RunType eq 'QuickRun'")}`,
    );

    const names = ({ body }: { body: unknown }) =>
      (body as { value: { name: string }[] }).value.map(({ name }) => name);
    expect(names(all)).toHaveLength(2);
    expect(names(all)[0]).toBe(newest);
    expect(names(canceled)).toEqual([newest]);
  });

  it('refuse a filter they do not understand', async () => {
    const answer = await service.arm('GET', `/runs?$filter=${encodeURIComponent("CreateTime gt '2026-01-01'")}`);

    expect(errorOf(answer)).toMatchObject({ status: 400, message: expect.stringContaining('CreateTime') });
  });

  it('that wait can be canceled once', async () => {
    const { name } = (await service.arm('POST', '/scheduleRun', run)).body as { name: string };

    const first = await service.arm('POST', `/runs/${name}/cancel`);

    expect(first.status).toBe(200);
    expect(errorOf(await service.arm('POST', `/runs/${name}/cancel`))).toMatchObject({ status: 409 });
    expect((await service.client.runs.get(RESOURCE_GROUP, REGISTRY, name)).status).toBe('Canceled');
  });

  it('can be marked to be kept', async () => {
    const { name } = (await service.arm('POST', '/scheduleRun', run)).body as { name: string };

    const updated = await service.client.runs.beginUpdateAndWait(RESOURCE_GROUP, REGISTRY, name, {
      isArchiveEnabled: true,
    });

    expect(updated.isArchiveEnabled).toBe(true);
  });

  it('of another registry, or none, are not found', async () => {
    for (const path of ['/runs/ca99999', '/runs/cf1', '/runs/nonsense']) {
      expect(errorOf(await service.arm('GET', path))).toMatchObject({ status: 404, code: 'ResourceNotFound' });
    }
  });
});
