/**
 * The bytes of one registry: blobs and manifests under their digest, uploads under their id.
 *
 * A blob is written to a file of its own, brought to disk, and only then renamed to its digest, so a blob that is there is whole. Everything
 * streams; no layer is ever held in memory.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../../../shared/domain/reference.ts';
import { digestInvalid } from './registry-error.ts';

export interface BlobFiles {
  /** In bytes; `undefined` when it is not there. */
  size(digest: Digest): Promise<number | undefined>;
  /** `end` is inclusive, as in a Range header. */
  read(digest: Digest, range?: { start: number; end: number }): Readable;
  /** For small ones: manifests and configurations. */
  bytes(digest: Digest): Promise<Buffer>;
  path(digest: Digest): string;
  /** Throws `RegistryError` with `DIGEST_INVALID` when the content has another digest; then nothing is kept. */
  write(digest: Digest, content: Readable): Promise<void>;
  /** Takes over a file of another registry of this cloud without copying it. */
  adopt(digest: Digest, file: string): Promise<void>;
  totalBytes(): Promise<number>;
  /** Removes everything else. */
  keepOnly(kept: { digests: Set<Digest>; uploads: Set<string> }): void;
  uploads: UploadFiles;
}

export interface UploadFiles {
  start(): Promise<string>;
  size(id: string): Promise<number | undefined>;
  /** Answers the new size. What came before a broken connection stays. */
  append(id: string, content: Readable): Promise<number>;
  /** Makes the upload a blob; throws as `write`. */
  finish(id: string, digest: Digest): Promise<void>;
  cancel(id: string): Promise<void>;
}

export function openBlobFiles(folder: string): BlobFiles {
  const blobs = join(folder, 'blobs', 'sha256');
  const uploads = join(folder, 'uploads');
  mkdirSync(blobs, { recursive: true });
  mkdirSync(uploads, { recursive: true });
  const path = (digest: Digest) => join(blobs, digest.slice('sha256:'.length));
  const upload = (id: string) => join(uploads, id);

  const files: BlobFiles = {
    path,
    size: (digest) => sizeOf(path(digest)),
    read: (digest, range) => createReadStream(path(digest), range),
    bytes: (digest) => readFile(path(digest)),
    async write(digest, content) {
      const id = await files.uploads.start();
      try {
        await files.uploads.append(id, content);
        await files.uploads.finish(id, digest);
      } finally {
        await files.uploads.cancel(id);
      }
    },
    async adopt(digest, file) {
      if ((await files.size(digest)) !== undefined) return;
      const id = randomUUID();
      try {
        await link(file, upload(id));
      } catch (error) {
        // Another file system, or one without hard links: then it is a copy.
        if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
        return files.write(digest, createReadStream(file));
      }
      await rename(upload(id), path(digest));
      // Renaming one link to a file over another one of the same file does nothing and leaves both.
      await rm(upload(id), { force: true });
      await sync(blobs);
    },
    async totalBytes() {
      const sizes = await Promise.all((await readdir(blobs)).map((name) => sizeOf(join(blobs, name))));
      return sizes.reduce<number>((sum, sizeBytes) => sum + (sizeBytes ?? 0), 0);
    },
    keepOnly(kept) {
      const blobsKept = new Set([...kept.digests].map(path));
      for (const name of readdirSync(blobs)) if (!blobsKept.has(join(blobs, name))) rmSync(join(blobs, name));
      for (const id of readdirSync(uploads)) if (!kept.uploads.has(id)) rmSync(upload(id));
    },
    uploads: {
      async start() {
        const id = randomUUID();
        await (await open(upload(id), 'wx')).close();
        return id;
      },
      size: (id) => sizeOf(upload(id)),
      async append(id, content) {
        await pipeline(content, createWriteStream(upload(id), { flags: 'a' }));
        return (await stat(upload(id))).size;
      },
      async finish(id, digest) {
        const hash = createHash('sha256');
        for await (const chunk of createReadStream(upload(id), { highWaterMark: 1024 * 1024 }))
          hash.update(chunk as Buffer);
        const actual = `sha256:${hash.digest('hex')}`;
        if (actual !== digest) {
          throw digestInvalid('provided digest did not match uploaded content', { provided: digest, uploaded: actual });
        }
        await sync(upload(id));
        await rename(upload(id), path(digest));
        await sync(blobs);
      },
      cancel: (id) => rm(upload(id), { force: true }),
    },
  };
  return files;
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file, or a folder whose entries have changed. */
async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
