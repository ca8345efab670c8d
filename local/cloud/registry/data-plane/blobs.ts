/** `/v2/<name>/blobs/<digest>`: answered directly, where Azure redirects to a storage account. */
import { Readable } from 'node:stream';
import { digest as digestSchema } from '../../../../shared/domain/reference.ts';
import type { App } from '../../http.ts';
import { refuseLocked } from '../locks.ts';
import type { Registry } from '../registry.ts';
import { blobUnknown, digestInvalid, RegistryError } from '../registry-error.ts';
import type { Access } from './access.ts';

export function addBlobRoutes(app: App, { registry, access }: { registry: Registry; access: Access }): void {
  const { images, blobs } = registry;

  app.get('/v2/:name/blobs/:digest', access.to('pull'), async (c) => {
    const { name, digest: text } = c.req.param();
    const digest = parseDigest(text);
    const sizeBytes = images.hasBlob(name, digest) ? await blobs.size(digest) : undefined;
    if (sizeBytes === undefined) throw blobUnknown(digest);
    refuseLocked('read', images.repository(name));
    const range = parseRange(c.req.header('range'), sizeBytes);
    c.header('docker-content-digest', digest);
    c.header('etag', `"${digest}"`);
    c.header('content-type', 'application/octet-stream');
    c.header('accept-ranges', 'bytes');
    c.header('content-length', String(range ? range.end - range.start + 1 : sizeBytes));
    if (range) c.header('content-range', `bytes ${range.start}-${range.end}/${sizeBytes}`);
    c.status(range ? 206 : 200);
    if (c.req.method === 'HEAD') return c.body(null);
    return c.body(Readable.toWeb(blobs.read(digest, range)) as ReadableStream);
  });

  app.delete('/v2/:name/blobs/:digest', access.to('delete'), (c) => {
    const { name, digest: text } = c.req.param();
    const digest = parseDigest(text);
    if (!images.hasBlob(name, digest)) throw blobUnknown(digest);
    refuseLocked('delete', images.repository(name));
    images.unlinkBlob(name, digest);
    return c.body(null, 202);
  });
}

export function parseDigest(text: string | undefined) {
  const parsed = digestSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw digestInvalid(`"${text ?? ''}" is not a digest that this registry knows`);
}

/** One range, as RFC 9110 section 14; what is no such range is ignored, as the RFC wants. */
function parseRange(header: string | undefined, sizeBytes: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start <= end) return { start, end };
  throw new RegistryError({
    status: 416,
    code: 'SIZE_INVALID',
    message: `the blob has ${sizeBytes} bytes; the range ${header} is outside`,
    headers: { 'content-range': `bytes */${sizeBytes}` },
  });
}
