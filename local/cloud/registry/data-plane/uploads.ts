/** `/v2/<name>/blobs/uploads/`: in one request, in chunks, or by mounting a blob that another repository has. */
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { Digest } from '../../../../shared/domain/reference.ts';
import type { App, Env } from '../../http.ts';
import { refuseLocked } from '../locks.ts';
import type { Registry } from '../registry.ts';
import { RegistryError } from '../registry-error.ts';
import type { Access } from './access.ts';
import { parseDigest } from './blobs.ts';

export function addUploadRoutes(app: App, { registry, access }: { registry: Registry; access: Access }): void {
  const { images, blobs, world } = registry;
  const { uploads } = blobs;
  /** Uploads that some request is writing to. */
  const busy = new Set<string>();

  const sizeOf = async (name: string, id: string): Promise<number> => {
    // The id becomes a file name, so it has to be one that was given out.
    const sizeBytes = images.upload(id)?.repository === name ? await uploads.size(id) : undefined;
    if (sizeBytes !== undefined) return sizeBytes;
    throw uploadError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', { id });
  };
  const exclusively = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    if (busy.has(id))
      throw uploadError(409, 'BLOB_UPLOAD_INVALID', 'another request is writing to this upload', { id });
    busy.add(id);
    try {
      return await work();
    } finally {
      busy.delete(id);
    }
  };
  const append = async (c: Context<Env>, id: string, sizeBytes: number): Promise<number> => {
    const start = /^(?:bytes )?(\d+)-\d+/.exec(c.req.header('content-range') ?? '')?.[1];
    if (start !== undefined && Number(start) !== sizeBytes) {
      throw new RegistryError({
        status: 416,
        code: 'BLOB_UPLOAD_INVALID',
        message: `the upload has ${sizeBytes} bytes, so the next chunk starts at ${sizeBytes}, not at ${start}`,
        headers: progress(c.req.param('name') ?? '', id, sizeBytes),
      });
    }
    if (!c.req.raw.body) return sizeBytes;
    try {
      return await uploads.append(id, Readable.fromWeb(c.req.raw.body));
    } catch (error) {
      if (!c.req.raw.signal.aborted) throw error;
      throw uploadError(400, 'BLOB_UPLOAD_INVALID', 'the connection broke; what came before is kept', { id });
    }
  };
  const finish = async (c: Context<Env>, options: { name: string; id: string; digest: Digest }) => {
    const { name, id, digest } = options;
    try {
      await uploads.finish(id, digest);
      images.linkBlob(name, digest, world.clock.now());
    } finally {
      // What has the wrong digest is of no use either.
      await uploads.cancel(id);
      images.deleteUpload(id);
    }
    return created(c, name, digest);
  };

  app.post('/v2/:name/blobs/uploads', access.to('push'), async (c) => {
    const { name } = c.req.param();
    const { mount, from, digest } = c.req.query();
    refuseLocked('write', images.repository(name));
    if (mount !== undefined && from !== undefined && access.may(c, from, 'pull')) {
      const mounted = parseDigest(mount);
      if (images.hasBlob(from, mounted)) {
        images.linkBlob(name, mounted, world.clock.now());
        return created(c, name, mounted);
      }
    }
    const wanted = digest === undefined ? undefined : parseDigest(digest);
    const id = await uploads.start();
    images.putUpload({ id, repository: name, startedAt: world.clock.now() });
    if (wanted !== undefined) {
      await append(c, id, 0);
      return finish(c, { name, id, digest: wanted });
    }
    return c.body(null, 202, progress(name, id, 0));
  });

  app.patch('/v2/:name/blobs/uploads/:id', access.to('push'), (c) => {
    const { name, id } = c.req.param();
    return exclusively(id, async () => {
      const sizeBytes = await append(c, id, await sizeOf(name, id));
      return c.body(null, 202, progress(name, id, sizeBytes));
    });
  });

  app.put('/v2/:name/blobs/uploads/:id', access.to('push'), (c) => {
    const { name, id } = c.req.param();
    const digest = parseDigest(c.req.query('digest'));
    return exclusively(id, async () => {
      await append(c, id, await sizeOf(name, id));
      return finish(c, { name, id, digest });
    });
  });

  app.get('/v2/:name/blobs/uploads/:id', access.to('push'), async (c) => {
    const { name, id } = c.req.param();
    return c.body(null, 204, progress(name, id, await sizeOf(name, id)));
  });

  app.delete('/v2/:name/blobs/uploads/:id', access.to('push'), (c) => {
    const { name, id } = c.req.param();
    return exclusively(id, async () => {
      await sizeOf(name, id);
      await uploads.cancel(id);
      images.deleteUpload(id);
      return c.body(null, 204);
    });
  });
}

const created = (c: Context<Env>, name: string, digest: Digest): Response =>
  c.body(null, 201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest });

const progress = (name: string, id: string, sizeBytes: number): Record<string, string> => ({
  location: `/v2/${name}/blobs/uploads/${id}`,
  range: `0-${Math.max(0, sizeBytes - 1)}`,
  'docker-upload-uuid': id,
});

const uploadError = (status: 400 | 404 | 409, code: string, message: string, detail: unknown): RegistryError =>
  new RegistryError({ status, code, message, detail });
