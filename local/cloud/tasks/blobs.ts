/** The blob endpoint: what `@azure/storage-blob` and az need of Azure Storage to read a run's log and to upload its source. */
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { newApp, type App } from '../http.ts';
import { ACCOUNT, type BlobStore } from './blob-store.ts';
import { UPLOAD_BYTES } from './limits.ts';

const STORAGE_VERSION = '2024-11-04';

export function blobsApp(blobs: BlobStore): App {
  const app = newApp();
  app.use(async (c, next) => {
    await next();
    c.header('x-ms-version', STORAGE_VERSION);
    c.header('x-ms-request-id', crypto.randomUUID());
  });
  // A HEAD comes here too, and hono leaves the body out.
  app.get(`/${ACCOUNT}/:container/:blob{.+}`, (c) => {
    const path = pathOf(c);
    const refusal = blobs.refusal(path, queryOf(c), 'r');
    if (refusal !== undefined) return blobError(c, 403, 'AuthenticationFailed', refusal);
    return download(c, blobs, path);
  });
  app.put(`/${ACCOUNT}/:container/:blob{.+}`, async (c) => {
    const path = pathOf(c);
    const refusal = blobs.refusal(path, queryOf(c), 'w');
    if (refusal !== undefined) return blobError(c, 403, 'AuthenticationFailed', refusal);
    return upload(c, blobs, path);
  });
  app.notFound((c) =>
    blobError(c, 400, 'UnsupportedHttpVerb', `${c.req.method} ${new URL(c.req.url).pathname} is not supported here`),
  );
  return app;
}

const queryOf = (c: Context): URLSearchParams => new URL(c.req.url).searchParams;
const pathOf = (c: Context): string => decodeURIComponent(new URL(c.req.url).pathname.slice(`/${ACCOUNT}/`.length));

function download(c: Context, blobs: BlobStore, path: string): Response {
  const record = blobs.find(path);
  if (!record) return blobError(c, 404, 'BlobNotFound', 'The specified blob does not exist.');
  const size = blobs.bytes(path);
  const asked = c.req.header('x-ms-range') ?? c.req.header('range');
  const range = asked === undefined ? undefined : readRange(asked, size);
  if (range === 'outside') {
    return blobError(c, 416, 'InvalidRange', `the blob has ${size} bytes`, { 'content-range': `bytes */${size}` });
  }
  const { from, to } = range ?? { from: 0, to: size - 1 };
  const headers: Record<string, string> = {
    'content-type': 'application/octet-stream',
    'content-length': String(to - from + 1),
    'accept-ranges': 'bytes',
    etag: record.etag,
    'last-modified': new Date(record.modifiedAt).toUTCString(),
    'x-ms-creation-time': new Date(record.createdAt).toUTCString(),
    'x-ms-blob-type': record.type,
    'x-ms-lease-state': 'available',
    'x-ms-lease-status': 'unlocked',
    ...(range ? { 'content-range': `bytes ${from}-${to}/${size}` } : {}),
    ...Object.fromEntries(Object.entries(record.metadata).map(([name, value]) => [`x-ms-meta-${name}`, value])),
  };
  // The log may grow while it is read; the bytes announced are the bytes sent.
  const body = to < from ? null : Readable.toWeb(createReadStream(blobs.file(path), { start: from, end: to }));
  return new Response(c.req.method === 'HEAD' ? null : (body as ReadableStream | null), {
    status: range ? 206 : 200,
    headers,
  });
}

/** `bytes=N-` or `bytes=N-M`. Anything else is no range, and the whole blob is answered. */
function readRange(text: string, size: number): { from: number; to: number } | 'outside' | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  const from = Number(first);
  if (from >= size) return 'outside';
  return { from, to: last === undefined || last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

async function upload(c: Context, blobs: BlobStore, path: string): Promise<Response> {
  const operation = queryOf(c).get('comp');
  if (operation !== null)
    return blobError(c, 400, 'UnsupportedQueryParameter', `comp=${operation}: upload in one piece`);
  if (c.req.header('x-ms-blob-type') !== 'BlockBlob') {
    return blobError(c, 400, 'InvalidHeaderValue', 'x-ms-blob-type must be BlockBlob');
  }
  const file = blobs.file(path);
  const arriving = `${file}.${crypto.randomUUID()}`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    const body = c.req.raw.body;
    const source = body ? Readable.fromWeb(body as ReadableStream) : Readable.from([]);
    await pipeline(source, atMost(UPLOAD_BYTES), createWriteStream(arriving, { mode: 0o600 }));
  } catch (error) {
    await rm(arriving, { force: true });
    if (!(error instanceof TooLarge)) throw error;
    return blobError(c, 413, 'RequestBodyTooLarge', `the local runtime takes uploads of ${UPLOAD_BYTES} bytes at most`);
  }
  await rename(arriving, file);
  const { etag, modifiedAt } = blobs.recordBlock(path);
  const headers = {
    etag,
    'last-modified': new Date(modifiedAt).toUTCString(),
    'x-ms-request-server-encrypted': 'true',
  };
  return c.body(null, 201, headers);
}

class TooLarge extends Error {
  readonly code = 'TooLarge';
}

function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(new TooLarge());
      else done(null, chunk);
    },
  });
}

function blobError(c: Context, status: ContentfulStatusCode, code: string, message: string, headers = {}): Response {
  const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Message></Error>`;
  return c.body(xml, status, { 'content-type': 'application/xml', 'x-ms-error-code': code, ...headers });
}
