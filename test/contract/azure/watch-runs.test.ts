/** What is seen of a run that was started, over the wire: how it goes, its log, and its cancellation. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LOG_BYTES } from '../../../shared/azure/limits.ts';
import { cutMark } from '../../../shared/azure/run-log.ts';
import type { Runs } from '../../../shared/ports/runs.ts';
import { REGISTRY_ID, type Wired } from './wired-clients.ts';
import { startWiredRuns } from './wired-runs.ts';

const LOG = '/account/logs/cf7/rawtext.log';

let wired: Wired;
let runs: Runs;
beforeAll(async () => {
  ({ wired, runs } = await startWiredRuns());
});
afterAll(() => wired.wire.close());
beforeEach(() => {
  const { wire } = wired;
  wire.requests.splice(0);
  wire.on('POST', `${REGISTRY_ID}/runs/cf7/listLogSasUrl`, {
    status: 200,
    body: { logLink: `${wire.url}${LOG}?sig=s3cr3t` },
  });
});

test('tells how a run goes, and that there is none', async () => {
  wired.wire.on('GET', `${REGISTRY_ID}/runs/cf7`, {
    status: 200,
    body: { properties: { runId: 'cf7', status: 'Failed', finishTime: '2026-01-01T00:00:00Z' } },
  });
  wired.wire.on('GET', `${REGISTRY_ID}/runs/cf8`, {
    status: 404,
    body: { error: { code: 'RunNotFound', message: 'no' } },
  });

  const run = await runs.run({ host: wired.host, runId: 'cf7' });

  expect(run).toEqual({ runId: 'cf7', state: 'failed', finishedAt: Date.UTC(2026, 0, 1), outputs: [] });
  expect(await runs.run({ host: wired.host, runId: 'cf8' })).toBeUndefined();
});

/** The log blob as storage serves it: ranges, and metadata in headers. */
function serveLog(text: string, metadata: Record<string, string>) {
  const content = Buffer.from(text);
  const headers = {
    ETag: '"1"',
    'Last-Modified': new Date(0).toUTCString(),
    'x-ms-blob-type': 'AppendBlob',
    ...metadata,
  };
  wired.wire.on('HEAD', LOG, { status: 200, headers: { ...headers, 'Content-Length': `${content.length}` } });
  wired.wire.on('GET', LOG, (request) => {
    const [from = 0, to = 0] = /bytes=(\d+)-(\d+)/.exec(`${request.headers['x-ms-range']}`)?.slice(1).map(Number) ?? [];
    const body = content.subarray(from, to + 1);
    return { status: 206, headers: { ...headers, 'Content-Range': `bytes ${from}-${to}/${content.length}` }, body };
  });
}

test.each([
  ['Complete', true],
  ['complete', true],
  ['other', false],
])('reads a log, which is whole when its metadata says so: %s', async (key, complete) => {
  serveLog('line 1\r\ngate-result n1 0\r\n', { [`x-ms-meta-${key}`]: 'successful' });

  expect(await runs.log({ host: wired.host, runId: 'cf7' })).toEqual({
    text: 'line 1\r\ngate-result n1 0\r\n',
    complete,
  });
});

test('a log that is not there yet is empty and not whole', async () => {
  wired.wire.on('HEAD', LOG, { status: 404, headers: { 'x-ms-error-code': 'BlobNotFound' } });

  expect(await runs.log({ host: wired.host, runId: 'cf7' })).toEqual({ text: '', complete: false });
});

test('keeps the head and the tail of a log that is too long, and says what is missing', async () => {
  serveLog(`first line\n${'x'.repeat(LOG_BYTES)}\ngate-result n1 0\n`, { 'x-ms-meta-complete': 'successful' });

  const { text } = await runs.log({ host: wired.host, runId: 'cf7' });

  const left = 'first line\n'.length + '\ngate-result n1 0\n'.length;
  expect(text.startsWith('first line\nxxx')).toBe(true);
  expect(text.endsWith('xxx\ngate-result n1 0\n')).toBe(true);
  expect(text).toContain(cutMark(left));
  expect(text.length).toBe(LOG_BYTES + cutMark(left).length);
});

test.each([
  ['taken at once', { status: 200 }],
  ['taken for later', { status: 202 }],
  ['too late, the run has ended', { status: 409, body: { error: { code: 'Conflict', message: 'no' } } }],
  ['for a run that is not there', { status: 404, body: { error: { code: 'RunNotFound', message: 'no' } } }],
])('cancels a run: %s', async (_, answer) => {
  wired.wire.on('POST', `${REGISTRY_ID}/runs/cf7/cancel`, answer);

  await expect(runs.cancel({ host: wired.host, runId: 'cf7' })).resolves.toBeUndefined();
});

test('a cancellation that fails is trouble, on the request and on the poll', async () => {
  const location = { Location: `${wired.wire.url}/operations/cancel` };
  wired.wire.on('GET', '/operations/cancel', { status: 503 });
  const cancel = () => runs.cancel({ host: wired.host, runId: 'cf7' });

  wired.wire.on('POST', `${REGISTRY_ID}/runs/cf7/cancel`, { status: 429, headers: { 'Retry-After': '30' } });
  await expect(cancel()).rejects.toMatchObject({ code: 'ServiceTrouble', retryAfterSeconds: 30 });
  wired.wire.on('POST', `${REGISTRY_ID}/runs/cf7/cancel`, { status: 202, headers: location });
  await expect(cancel()).rejects.toMatchObject({ code: 'ServiceTrouble', status: 503 });
});

test('does not wait for a cancellation that never ends', async () => {
  const location = { Location: `${wired.wire.url}/operations/cancel` };
  wired.wire.on('POST', `${REGISTRY_ID}/runs/cf7/cancel`, { status: 202, headers: location });
  wired.wire.on('GET', '/operations/cancel', { status: 202, headers: location });

  await expect(runs.cancel({ host: wired.host, runId: 'cf7' })).resolves.toBeUndefined();
});
