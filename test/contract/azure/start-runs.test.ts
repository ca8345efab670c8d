/** How runs are started, over the wire: quick runs with their files, task files from git, and tasks with the base that they build on. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { registryFinder } from '../../../shared/azure/find-registry.ts';
import { azureRuns } from '../../../shared/azure/runs.ts';
import type { Runs } from '../../../shared/ports/runs.ts';
import type { Answer } from './wire.ts';
import { REGISTRY_ID, type Wired } from './wired-clients.ts';
import { startWiredRuns } from './wired-runs.ts';

const UPLOAD = '/account/source/1.tar.gz';
const SIGNATURE = 'sig=s3cr3tS1gnature';
const queued: Answer = { status: 200, body: { name: 'cf7', properties: { runId: 'cf7', status: 'Queued' } } };

let wired: Wired;
let runs: Runs;
beforeAll(async () => {
  ({ wired, runs } = await startWiredRuns());
});
afterAll(() => wired.wire.close());
beforeEach(() => {
  const { wire } = wired;
  wire.requests.splice(0);
  wire.on('POST', `${REGISTRY_ID}/listBuildSourceUploadUrl`, {
    status: 200,
    body: { uploadUrl: `${wire.url}${UPLOAD}?${SIGNATURE}`, relativePath: 'source/1.tar.gz' },
  });
  wire.on('PUT', UPLOAD, { status: 201, headers: { ETag: '"1"', 'Last-Modified': new Date(0).toUTCString() } });
});

const quickRun = () =>
  runs.startQuickRun({
    host: wired.host,
    files: [{ path: 'acr-task.yaml', content: new TextEncoder().encode('version: v1.1.0\n') }],
    taskFile: 'acr-task.yaml',
    values: [{ name: 'nonce', value: 'n1', secret: true }],
    timeoutSeconds: 90,
  });
const startTask = () =>
  runs.startTask({ host: wired.host, task: 'hello-world', pass: { BASE_IMAGE: 'base/node@sha256:1' } });
const asked = (method: string, path: string) =>
  wired.wire.requests.filter((request) => request.method === method && request.path.split('?')[0]?.endsWith(path));
const scheduled = (): unknown => JSON.parse(asked('POST', '/scheduleRun')[0]?.body.toString() ?? '');
const onSchedule = (...steps: (Answer | 'never' | 'hang up')[]) =>
  wired.wire.on('POST', `${REGISTRY_ID}/scheduleRun`, ...steps);
const onTask = (step: object, trigger?: object) =>
  wired.wire.on('GET', `${REGISTRY_ID}/tasks/hello-world`, {
    status: 200,
    body: { name: 'hello-world', properties: { step, trigger } },
  });

test('asks for the agent pool that it is told of, where the agents of Azure reach nothing', async () => {
  const { clients } = wired;
  runs = azureRuns({ ...clients, agentPool: 'closed-agents' }, registryFinder(clients));
  onSchedule(queued);

  await quickRun();

  expect(scheduled()).toMatchObject({ agentPoolName: 'closed-agents' });
  runs = azureRuns(clients, registryFinder(clients));
});

test('uploads the files of a quick run and schedules it, with the least timeout that Azure takes', async () => {
  onSchedule(queued);

  const run = await quickRun();

  expect(run).toEqual({ runId: 'cf7' });
  expect(asked('PUT', UPLOAD)[0]?.body.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  expect(scheduled()).toEqual({
    type: 'FileTaskRunRequest',
    taskFilePath: 'acr-task.yaml',
    values: [{ name: 'nonce', value: 'n1', isSecret: true }],
    timeout: 300,
    platform: { os: 'Linux', architecture: 'amd64' },
    sourceLocation: 'source/1.tar.gz',
  });
});

test('schedules a run of a task file from git, and uploads nothing', async () => {
  onSchedule(queued);

  const run = await runs.startFileRun({
    host: wired.host,
    source: 'https://git.example.com/node-check.git#main:checks',
    file: 'acr-task.yaml',
    values: [{ name: 'CANDIDATE', value: 'quarantine/node@sha256:1', secret: false }],
    timeoutSeconds: 420,
  });

  expect(run).toEqual({ runId: 'cf7' });
  expect(asked('PUT', UPLOAD)).toEqual([]);
  expect(scheduled()).toEqual({
    type: 'FileTaskRunRequest',
    taskFilePath: 'acr-task.yaml',
    values: [{ name: 'CANDIDATE', value: 'quarantine/node@sha256:1', isSecret: false }],
    timeout: 420,
    platform: { os: 'Linux', architecture: 'amd64' },
    sourceLocation: 'https://git.example.com/node-check.git#main:checks',
  });
});

test('a run from git that Azure does not take is trouble', async () => {
  onSchedule({ status: 400, body: { error: { code: 'InvalidSourceLocation', message: 'no' } } });
  const starting = runs.startFileRun({
    ...{ host: wired.host, source: 'file:///somewhere', file: 'acr-task.yaml', values: [], timeoutSeconds: 300 },
  });

  await expect(starting).rejects.toThrow(/schedule a run of acr-task\.yaml in localhost.*400 InvalidSourceLocation/);
});

test('refuses a task file that is not among the files, before anything is uploaded', async () => {
  const starting = runs.startQuickRun({
    host: wired.host,
    files: [],
    taskFile: 'task.yaml',
    values: [],
    timeoutSeconds: 600,
  });

  await expect(starting).rejects.toThrow(/"task\.yaml" is not among the files/);
  expect(wired.wire.requests).toEqual([]);
});

test.each([
  ['Docker', 'arguments'],
  ['FileTask', 'values'],
  ['EncodedTask', 'values'],
])('passes the base to a %s step as %s', async (type, as) => {
  onTask({ type });
  onSchedule(queued);

  const started = await startTask();

  expect(started).toEqual({ kind: 'started', runId: 'cf7' });
  expect(scheduled()).toEqual({
    type: 'TaskRunRequest',
    taskId: `${REGISTRY_ID}/tasks/hello-world`,
    overrideTaskStepProperties: { [as]: [{ name: 'BASE_IMAGE', value: 'base/node@sha256:1', isSecret: false }] },
  });
});

test('a task that is not there is an answer', async () => {
  const missing = { status: 404, body: { error: { code: 'TaskNotFound', message: 'no' } } };
  wired.wire.on('GET', `${REGISTRY_ID}/tasks/hello-world`, missing);

  expect(await startTask()).toEqual({ kind: 'missing' });
  expect(await runs.task({ host: wired.host, task: 'hello-world' })).toBeUndefined();
});

test.each([
  ['enabled', { baseImageTrigger: { name: 'b', baseImageTriggerType: 'Runtime', status: 'Enabled' } }, true],
  ['there without a status', { baseImageTrigger: { name: 'b', baseImageTriggerType: 'All' } }, true],
  ['disabled', { baseImageTrigger: { name: 'b', baseImageTriggerType: 'Runtime', status: 'Disabled' } }, false],
  ['not there', { sourceTriggers: [] }, false],
  ['null', { sourceTriggers: [], baseImageTrigger: null }, false],
])('says whether a task builds by itself: its base image trigger is %s', async (_, trigger, followsBaseImage) => {
  onTask({ type: 'Docker' }, trigger);

  expect(await runs.task({ host: wired.host, task: 'hello-world' })).toEqual({ followsBaseImage });
});

test('a run whose request was lost is not scheduled twice', async () => {
  onSchedule('hang up');

  await expect(quickRun()).rejects.toMatchObject({ code: 'ServiceTrouble' });
  expect(asked('POST', '/scheduleRun')).toHaveLength(1);
});

test('gives up on a scheduling that nobody answers', async () => {
  onSchedule('never');

  await expect(quickRun()).rejects.toMatchObject({
    code: 'ServiceTrouble',
    message: expect.stringMatching(/schedule a quick run/),
  });
});

test('does not wait for a scheduling that becomes a long-running operation', async () => {
  const location = { Location: `${wired.wire.url}/operations/run` };
  onSchedule({ ...queued, status: 202, headers: location });
  wired.wire.on('GET', '/operations/run', { status: 202, headers: location });

  expect(await quickRun()).toEqual({ runId: 'cf7' });
});

test.each([
  ['startQuickRun', quickRun],
  ['startTask', startTask],
])('%s throws trouble with the time to wait when throttled, and names the role when denied', async (_, start) => {
  onTask({ type: 'Docker' });
  onSchedule({ status: 429, headers: { 'Retry-After': '45' } });
  await expect(start()).rejects.toMatchObject({ code: 'ServiceTrouble', retryAfterSeconds: 45 });
  onSchedule({ status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } });

  await expect(start()).rejects.toThrow(/"gated-import run operator"/);
});

test('says that the upload failed, and keeps the signature to itself', async () => {
  const body = `<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Message>${SIGNATURE}</Message></Error>`;
  wired.wire.on('PUT', UPLOAD, {
    status: 403,
    headers: { 'Content-Type': 'application/xml', 'x-ms-error-code': 'AuthenticationFailed' },
    body,
  });

  const error = await quickRun().catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: 'ServiceTrouble', status: 403, cause: undefined });
  expect(String(error)).toMatch(/upload the files of a quick run in localhost.*403 AuthenticationFailed/);
  expect(String(error)).not.toContain('s3cr3t');
});
