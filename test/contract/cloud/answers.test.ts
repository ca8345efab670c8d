/** The form of answers, field by field, as Azure gives them: what a client that reads more than the SDKs do would miss. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type Cloud } from '../../../local/cloud/cloud.ts';
import { trust } from '../azure/local-tls.ts';
import { openWebhook, type Webhook } from './events-webhook.ts';
import { app, emptyEngine, eventually, freePort, openTestWorld, type TestWorld } from './services.ts';

type Json = Record<string, unknown>;
interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

const JSON_TYPE = 'application/json; charset=utf-8';
/** Of the management plane of the registry: an offset, and no zero at the end of the fraction. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?\+00:00$/;
const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;
const time = expect.stringMatching(TIME) as string;
const created = { createdBy: app.clientId, createdByType: 'Application', createdAt: time };
const modified = { lastModifiedBy: app.clientId, lastModifiedByType: 'Application', lastModifiedAt: time };
const PLATFORM = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };

let opened: TestWorld;
let cloud: Cloud;
let webhook: Webhook;
let root: string;
let registry: string;
beforeAll(async () => {
  opened = await openTestWorld();
  const registries = [{ name: 'baseregistry', resourceGroup: 'contract-rg', port: await freePort() }];
  const config = { ...opened.world.config, registries };
  cloud = await startCloud({
    config,
    directory: opened.world.directory,
    engine: emptyEngine,
    log: opened.world.log,
  });
  trust(await readFile(opened.world.tls.caFile, 'utf8'));
  webhook = await openWebhook();
  root = `/subscriptions/${config.subscription}`;
  registry = `${root}/resourceGroups/contract-rg/providers/Microsoft.ContainerRegistry/registries/baseregistry`;
});
afterAll(async () => {
  await cloud.stop();
  await webhook.close();
  await opened.close();
});

async function call(url: string, method: string, options: { audience: string; body?: object }): Promise<Answer> {
  const token = cloud.identity.issue(app, options.audience);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = options.body && { body: JSON.stringify(options.body) };
  const response = await fetch(url, { method, headers, ...body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Json) };
}

const arm = (method: string, path: string, body?: object): Promise<Answer> => {
  const url = path.startsWith('https:') ? path : `https://localhost:${opened.world.config.ports.arm}${path}`;
  return call(url, method, { audience: 'https://management.azure.com', ...(body ? { body } : {}) });
};

/** The names of the fields of an answer, at every depth. */
const fields = (value: unknown, path = ''): string[] => {
  if (value === null || typeof value !== 'object') return [path];
  if (Array.isArray(value)) return value.length === 0 ? [path] : value.flatMap((item) => fields(item, `${path}[]`));
  return Object.entries(value).flatMap(([key, item]) => fields(item, path === '' ? key : `${path}.${key}`));
};

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

describe('a registry', () => {
  it('says who changed it last, also in a list of resources, where times end in Z', async () => {
    await arm('PATCH', registry, { tags: { team: 'platform' } });

    const { body } = await arm('GET', registry);
    const filter = encodeURIComponent("resourceType eq 'Microsoft.ContainerRegistry/registries'");
    const { body: list } = await arm('GET', `${root}/resources?$filter=${filter}`);

    expect(body['systemData']).toEqual({ createdAt: time, ...modified });
    const [listed] = list['value'] as Json[];
    expect(fields(listed).toSorted()).toEqual(
      [
        ...['id', 'name', 'type', 'location', 'sku.name', 'sku.tier', 'tags.team', 'systemData.createdAt'],
        ...['systemData.lastModifiedAt', 'systemData.lastModifiedBy', 'systemData.lastModifiedByType'],
      ].toSorted(),
    );
    expect(listed?.['systemData']).toMatchObject({ createdAt: expect.stringMatching(/\dZ$/) as string });
  });

  it.each([
    ['Basic', 10 * 1024 ** 3, 2],
    ['Standard', 100 * 1024 ** 3, 10],
    ['Premium', 500 * 1024 ** 3, 500],
  ])('of %s includes what that includes', async (name, size, webhooks) => {
    await arm('PATCH', registry, { sku: { name } });

    const { body } = await arm('GET', `${registry}/listUsages`);

    expect(body['value']).toEqual(
      expect.arrayContaining([
        { name: 'Size', limit: size, currentValue: 0, unit: 'Bytes' },
        { name: 'Webhooks', limit: webhooks, currentValue: 0, unit: 'Count' },
      ]),
    );
  });
});

describe('a token', () => {
  it('is an operation, whose every answer says where to ask again', async () => {
    const scopeMapId = `${registry}/scopeMaps/_repositories_pull`;
    const put = await arm('PUT', `${registry}/tokens/reader-one`, { properties: { scopeMapId, status: 'enabled' } });
    const operation = put.headers.get('azure-asyncoperation') ?? '';

    const poll = await arm('GET', operation);

    expect(put.status).toBe(201);
    expect(put.body['properties']).toEqual({
      creationDate: time,
      provisioningState: 'Creating',
      scopeMapId,
      credentials: { certificates: [], passwords: [] },
      status: 'enabled',
    });
    expect(poll).toMatchObject({ status: 200, body: { status: 'Succeeded' } });
    expect(poll.headers.get('azure-asyncoperation')).toBe(operation);
  });

  it('has passwords that say until when, to the second where that is all', async () => {
    const scopeMapId = `${registry}/scopeMaps/_repositories_pull`;
    await arm('PUT', `${registry}/tokens/reader-two`, { properties: { scopeMapId } });

    const { status, body } = await arm('POST', `${registry}/generateCredentials`, {
      tokenId: `${registry}/tokens/reader-two`,
      name: 'password1',
      expiry: '2100-12-31T12:59:59+00:00',
    });

    expect(status).toBe(200);
    expect(body).toEqual({
      username: 'reader-two',
      passwords: [
        {
          name: 'password1',
          value: expect.any(String) as string,
          creationTime: time,
          expiry: '2100-12-31T12:59:59+00:00',
        },
      ],
    });
  });
});

describe('a key vault', () => {
  it('says how long what is deleted can be recovered', async () => {
    const { body } = await arm('GET', `${root}/providers/Microsoft.KeyVault/vaults`);

    const [vault] = body['value'] as Json[];
    expect(vault?.['properties']).toMatchObject({
      sku: { family: 'A', name: 'standard' },
      accessPolicies: [],
      enabledForDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
    });
  });

  it('answers in JSON with its charset, refusals too', async () => {
    const url = `https://localhost:${opened.world.config.ports.vault}/secrets/nothing/?api-version=7.4`;

    const refused = await fetch(url);
    const missing = await call(url, 'GET', { audience: 'https://vault.azure.net' });

    expect(refused.status).toBe(401);
    expect([refused.headers.get('content-type'), missing.headers.get('content-type')]).toEqual([JSON_TYPE, JSON_TYPE]);
  });
});

describe('event subscriptions', () => {
  const subscriptions = () => `${registry}/providers/Microsoft.EventGrid/eventSubscriptions`;
  const put = (name: string) =>
    arm('PUT', `${subscriptions()}/${name}`, {
      properties: { destination: { endpointType: 'WebHook', properties: { endpointUrl: webhook.url } } },
    });
  const list = async (filter: string) => {
    const { status, body } = await arm('GET', `${subscriptions()}?$filter=${encodeURIComponent(filter)}&$top=100`);
    const value = (body['value'] ?? []) as { name: string }[];
    return { status, names: value.map(({ name }) => name).toSorted(), error: body['error'] as Json | undefined };
  };

  it('name their topic in lower case, but for "resourceGroups"', async () => {
    const { body } = await put('pushes');

    expect(body['properties']).toMatchObject({
      topic: `${root}/resourceGroups/contract-rg/providers/microsoft.containerregistry/registries/baseregistry`,
    });
  });

  it('are listed by a part of the name, and by nothing else', async () => {
    await put('pushes');
    await put('deletes');

    expect(await list("CONTAINS(name,'USH')")).toMatchObject({ status: 200, names: ['pushes'] });
    expect(await list("name eq 'pushes'")).toMatchObject({ status: 400, error: { code: 'NotEmulated' } });
  });
});
