/** The form of answers about tasks and their runs, field by field, as Azure gives them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { created, JSON_TYPE, modified, openAnswersWorld, time, type AnswersWorld, type Json } from './answers-world.ts';
import { eventually } from './services.ts';

const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;
const PLATFORM = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };

let world: AnswersWorld;
let registry: string;
beforeAll(async () => {
  world = await openAnswersWorld();
  ({ registry } = world);
});
afterAll(() => world.close());
const arm: AnswersWorld['arm'] = (...asked) => world.arm(...asked);

const dockerTask = {
  location: 'westeurope',
  properties: {
    status: 'Enabled',
    platform: PLATFORM,
    agentConfiguration: { cpu: 2 },
    timeout: 3600,
    step: {
      type: 'Docker',
      contextPath: 'https://git.example.test/hello',
      imageNames: ['hello:v1'],
      isPushEnabled: true,
      noCache: false,
      dockerFilePath: 'Dockerfile',
      arguments: [],
    },
    credentials: {},
  },
};
const encodedTask = {
  location: 'westeurope',
  properties: {
    platform: PLATFORM,
    step: { type: 'EncodedTask', encodedTaskContent: Buffer.from('steps: []').toString('base64'), values: [] },
  },
};

describe('a task', () => {
  it('has its system data and times with an offset, and no credentials where none were given', async () => {
    const put = await arm('PUT', `${registry}/tasks/hello-build`, dockerTask);
    const details = await arm('POST', `${registry}/tasks/hello-build/listDetails`);

    expect(put.status).toBe(200);
    expect(put.headers.get('content-type')).toBe(JSON_TYPE);
    const { credentials: _, ...properties } = dockerTask.properties;
    const expected = {
      id: `${registry}/tasks/hello-build`,
      name: 'hello-build',
      type: 'Microsoft.ContainerRegistry/registries/tasks',
      location: 'westeurope',
      properties: { provisioningState: 'Succeeded', creationDate: time, isSystemTask: false, ...properties },
      systemData: { ...created, ...modified },
    };
    expect(put.body).toMatchObject(expected);
    expect(details.body).toEqual(put.body);
  });

  it('is listed in the order of creation, and deleted with 200 and nothing', async () => {
    await arm('PUT', `${registry}/tasks/zz-first`, dockerTask);
    await arm('PUT', `${registry}/tasks/aa-second`, encodedTask);

    const { body } = await arm('GET', `${registry}/tasks`);
    const deleted = await arm('DELETE', `${registry}/tasks/zz-first`);

    const names = (body['value'] as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => /first|second/.test(name))).toEqual(['zz-first', 'aa-second']);
    expect(deleted).toMatchObject({ status: 200, body: {} });
    expect(deleted.headers.get('content-type')).toBeNull();
  });
});

describe('a run', () => {
  const ended = (path: string) =>
    eventually(async () => {
      const { body } = await arm('GET', path);
      const { status } = body['properties'] as { status: string };
      return ['Queued', 'Started', 'Running'].includes(status) ? undefined : body;
    });

  it('of a task is a quick run, whatever its step is; Azure tells little of it while it is queued', async () => {
    await arm('PUT', `${registry}/tasks/hello-build`, dockerTask);
    const request = { type: 'TaskRunRequest', taskId: `${registry}/tasks/hello-build`, isArchiveEnabled: false };

    const { status, body } = await arm('POST', `${registry}/scheduleRun`, request);
    const run = await ended(String(body['id']));

    expect(status).toBe(200);
    expect(body).toEqual({
      type: 'Microsoft.ContainerRegistry/registries/runs',
      id: `${registry}/runs/${String(body['name'])}`,
      name: expect.stringMatching(/^c[a-z]\d+$/) as string,
      properties: {
        runId: body['name'],
        status: 'Queued',
        lastUpdatedTime: expect.stringMatching(SECONDS) as string,
        provisioningState: 'Succeeded',
        isArchiveEnabled: false,
      },
      systemData: modified,
    });
    expect(run['properties']).toMatchObject({
      runType: 'QuickRun',
      task: 'hello-build',
      lastUpdatedTime: expect.stringMatching(SECONDS) as string,
      createTime: time,
      startTime: time,
      finishTime: time,
      platform: PLATFORM,
      agentConfiguration: { cpu: 2 },
    });
    expect(run['properties']).not.toHaveProperty('outputImages');
  });

  it('that is changed is a resource that somebody made', async () => {
    const request = { type: 'TaskRunRequest', taskId: `${registry}/tasks/hello-build`, isArchiveEnabled: false };
    await arm('PUT', `${registry}/tasks/hello-build`, dockerTask);
    const { body } = await arm('POST', `${registry}/scheduleRun`, request);
    await ended(String(body['id']));

    const patched = await arm('PATCH', String(body['id']), { isArchiveEnabled: true });

    expect(patched.body).toMatchObject({
      properties: { isArchiveEnabled: true },
      systemData: { ...created, ...modified },
    });
  });

  it('as a resource has the run in it, without system data of its own', async () => {
    const runRequest = {
      type: 'DockerBuildRequest',
      sourceLocation: 'https://git.example.test/hello',
      dockerFilePath: 'Dockerfile',
      imageNames: ['hello:v1'],
      isPushEnabled: true,
      platform: PLATFORM,
      isArchiveEnabled: true,
    };
    const path = `${registry}/taskRuns/hello-run`;
    await arm('PUT', path, { location: 'westeurope', properties: { runRequest } });

    const body = await eventually(async () => {
      const got = await arm('GET', path);
      const { provisioningState } = got.body['properties'] as Json;
      return provisioningState === 'Creating' ? undefined : got.body;
    });
    const deleted = await arm('DELETE', path);

    expect(body).toMatchObject({
      type: 'Microsoft.ContainerRegistry/registries/taskRuns',
      name: 'hello-run',
      location: 'westeurope',
      properties: {
        runRequest: { type: 'DockerBuildRequest', imageNames: ['hello:v1'], isArchiveEnabled: true },
        runResult: { type: 'Microsoft.ContainerRegistry/registries/runs', properties: { runType: 'QuickRun' } },
      },
      systemData: { ...created, ...modified },
    });
    expect((body['properties'] as { runResult: Json }).runResult).not.toHaveProperty('systemData');
    expect(deleted).toMatchObject({ status: 200, body: {} });
  });
});
