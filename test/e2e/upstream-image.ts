/**
 * The image that the public registry gets in an end-to-end test: the walkthrough's own busybox with one more layer and a colour, put
 * together and pushed by plain requests in a few milliseconds. A run of the task base-image-node takes seconds.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { NODE, STABLE_TAG } from '../../local/demo/walkthrough.ts';
import type { Endpoints } from '../../local/endpoints.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const BASE = { repository: 'busybox', tag: '1.36' };

interface Configuration {
  config: { Env?: string[] };
  rootfs: { diff_ids: string[] };
  history: object[];
}
interface Manifest {
  layers: { digest: string; size: number }[];
  config: { digest: string };
}

/**
 * Moves the tag that the gate follows; answers the new digest. No two pushes of one colour are the same image. One of some megabytes takes
 * long enough to be imported that it can be disturbed.
 */
export async function pushUpstream(
  { registries }: Pick<Endpoints, 'registries'>,
  { colour, megabytes = 0 }: { colour: string; megabytes?: number },
): Promise<string> {
  const { url, username, password } = registries.public;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(`${url}/v2/${path}`, { ...init, headers: { ...init.headers, authorization } });
    if (!answer.ok)
      throw new Error(`${init.method ?? 'GET'} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const json = async <T>(path: string): Promise<T> => (await call(path, { headers: { accept: MANIFEST } })).json() as T;
  const upload = ({ digest, bytes }: Blob) =>
    call(`${NODE}/blobs/uploads/?digest=${digest}`, { method: 'POST', body: new Uint8Array(bytes) });

  const base = await json<Manifest>(`${BASE.repository}/manifests/${BASE.tag}`);
  const { config, rootfs, history } = await json<Configuration>(`${BASE.repository}/blobs/${base.config.digest}`);
  const files = await layerOf(`${colour} ${Date.now()} ${Math.random()}`, megabytes);
  // Stored, not compressed: it is to keep its size.
  const layer = blob(gzipSync(files, { level: 0 }));
  const configuration = blob(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { ...config, Env: [...(config.Env ?? []), `BACKGROUND_COLOR=${colour}`] },
      rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, blob(files).digest] },
      // One entry for each layer, or podman builds nothing on it.
      history: [...history, { created: new Date(0).toISOString(), created_by: 'pushed by a test' }],
    }),
  );
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: configuration.digest, size: configuration.bytes.length },
      layers: [...base.layers, { digest: layer.digest, size: layer.bytes.length }].map(({ digest, size }) => ({
        mediaType: LAYER, // Whatever Docker called them: in an OCI manifest, podman takes no other.
        digest,
        size,
      })),
    }),
  );

  for (const { digest } of base.layers) {
    await call(`${NODE}/blobs/uploads/?mount=${digest}&from=${BASE.repository}`, { method: 'POST' });
  }
  await Promise.all([upload(layer), upload(configuration)]);
  await call(`${NODE}/manifests/${STABLE_TAG}`, {
    method: 'PUT',
    headers: { 'content-type': MANIFEST },
    body: new Uint8Array(manifest.bytes),
  });
  return manifest.digest;
}

interface Blob {
  digest: string;
  bytes: Buffer;
}

function blob(content: string | Buffer): Blob {
  const bytes = Buffer.from(content);
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

async function layerOf(text: string, megabytes: number): Promise<Buffer> {
  const tar = pack();
  const filler = Buffer.alloc(megabytes * 1024 * 1024);
  tar.entry({ name: 'pushed', mtime: new Date(0) }, Buffer.concat([Buffer.from(text), filler]));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
