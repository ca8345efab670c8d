import { BlobClient, BlockBlobClient, RestError } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { virtualClock } from '../../../local/clock.ts';
import { logPath, openBlobStore } from '../../../local/cloud/tasks/blob-store.ts';
import { join } from 'node:path';
import { openTasksService, PLATFORM, REGISTRY, RESOURCE_GROUP, type TasksService } from './tasks-service.ts';

const clock = virtualClock(Date.UTC(2026, 8, 1, 10, 0, 0));
let service: TasksService;
beforeAll(async () => {
  service = await openTasksService({ clock });
});
afterAll(() => service.close());

const upload = () => service.client.registries.getBuildSourceUploadUrl(RESOURCE_GROUP, REGISTRY);
const logLink = async () => {
  const run = await service.client.registries.beginScheduleRunAndWait(RESOURCE_GROUP, REGISTRY, {
    type: 'EncodedTaskRunRequest',
    encodedTaskContent: 'c3RlcHM6IFtd',
    platform: PLATFORM,
  });
  const { logLink: link = '' } = await service.client.runs.getLogSasUrl(RESOURCE_GROUP, REGISTRY, run.runId ?? '');
  const { world } = service;
  const blobs = openBlobStore({ directory: join(world.directory, 'tasks', 'blobs'), store: world.store, clock });
  return { link, blob: blobs.openAppend(logPath(REGISTRY, run.runId ?? '')) };
};
const refusal = (request: Promise<unknown>) =>
  request.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof RestError ? { status: error.statusCode, code: error.code } : error),
  );

it('gives a log of a run that grows, in parts, and its verdict in the metadata', async () => {
  const { link, blob } = await logLink();
  const client = new BlobClient(link);
  const empty = await client.downloadToBuffer();
  blob.append('first line\r\n');

  const begun = await client.downloadToBuffer();
  blob.append('second line\r\n');
  const rest = await client.downloadToBuffer(begun.length);
  const before = await client.getProperties();
  blob.setMetadata({ Complete: 'successful' });
  const after = await client.getProperties();

  expect([empty, begun, rest].map(String)).toEqual(['', 'first line\r\n', 'second line\r\n']);
  expect(before.metadata).toEqual({});
  expect(after).toMatchObject({ blobType: 'AppendBlob', contentLength: 25, metadata: { complete: 'successful' } });
  expect(after.etag).not.toBe(before.etag);
});

it('answers the range that az asks for', async () => {
  const { link, blob } = await logLink();
  blob.append('0123456789');

  const part = await fetch(link, { headers: { 'x-ms-range': 'bytes=2-4' } });
  const beyond = await fetch(link, { headers: { 'x-ms-range': 'bytes=10-20' } });

  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234']);
  expect([beyond.status, beyond.headers.get('x-ms-error-code')]).toEqual([416, 'InvalidRange']);
});

it('takes an upload at its link, once or again', async () => {
  const { uploadUrl = '', relativePath } = await upload();
  const client = new BlockBlobClient(uploadUrl);

  const answer = await client.upload('the archive', 11);
  await client.upload('another', 7);

  expect(relativePath).toMatch(/^source\/202609011000\/[0-9a-f]{32}\.tar\.gz$/);
  expect(answer.etag).toMatch(/^"0x[0-9A-F]+"$/);
});

it('gives no more than the link says', async () => {
  const { link } = await logLink();
  const { uploadUrl = '' } = await upload();

  expect(await refusal(new BlockBlobClient(link).upload('x', 1))).toEqual({
    status: 403,
    code: 'AuthenticationFailed',
  });
  expect(await refusal(new BlobClient(uploadUrl).download())).toEqual({
    status: 403,
    code: 'AuthenticationFailed',
  });
  expect(await refusal(new BlockBlobClient(uploadUrl).stageBlock('aWQ=', 'x', 1))).toEqual({
    status: 400,
    code: 'UnsupportedQueryParameter',
  });
});

it('refuses a link that was changed, and one that has expired', async () => {
  const { link } = await logLink();
  const later = link.replace(/se=[^&]*/, `se=${encodeURIComponent('2030-01-01T00:00:00.000Z')}`);
  const other = link.replace(/logs\/ca\d+/, 'logs/ca999');
  const properties = (url: string) => refusal(new BlobClient(url).getProperties());

  expect(await properties(later)).toMatchObject({ status: 403 });
  expect(await properties(other)).toMatchObject({ status: 403 });
  expect(await properties(link)).toBe('no refusal');
  clock.advance(76 * 60_000);
  expect(await properties(link)).toMatchObject({ status: 403 });
});
