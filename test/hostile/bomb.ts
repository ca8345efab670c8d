/** A layer of about a megabyte that unpacks to a gigabyte. */
import { createHash } from 'node:crypto';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { blob, type Layer } from '../e2e/oci-layout.ts';

const CHUNK = Buffer.alloc(4 * 1024 * 1024);

export async function bombLayer(path: string, bytes: number): Promise<Layer> {
  const tar = pack();
  const gzip = createGzip({ level: 1 });
  const hash = createHash('sha256');
  const entry = tar.entry({ name: path, size: bytes, mtime: new Date(0) }, (error) =>
    error ? gzip.destroy(error) : tar.finalize(),
  );
  const filled = (async () => {
    for (let left = bytes; left > 0; left -= CHUNK.length) {
      const more = entry.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)));
      if (!more) await new Promise<void>((resolve) => entry.once('drain', resolve));
    }
    entry.end(Buffer.alloc(0));
  })();
  const packed = gzip.toArray();
  for await (const chunk of tar) {
    hash.update(chunk as Buffer);
    if (!gzip.write(chunk)) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  gzip.end();
  await filled;
  return { diffId: `sha256:${hash.digest('hex')}`, packed: blob(Buffer.concat(await packed)) };
}
