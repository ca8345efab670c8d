/**
 * Images that no tool of ours has made: put together from bytes, written as an OCI layout that `skopeo` reads.
 *
 * With a static busybox inside, so that a check really runs in them; an index can carry an attestation, as BuildKit adds one.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { findBusybox } from '../../local/setup/busybox.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const IN_TOTO = 'application/vnd.in-toto+json';

/** A manifest or index, and everything below it. */
export interface Image {
  digest: string;
  mediaType: string;
  blobs: Blob[];
  platform: Platform;
}
interface Platform {
  os: string;
  architecture: string;
}
interface Blob {
  digest: string;
  bytes: Buffer;
}
export interface Layer {
  /** Of the layer unpacked. */
  diffId: string;
  packed: Blob;
}

export type File = { path: string; text: string; mode?: number } | { path: string; bytes: Buffer; mode?: number };

/** What a shell script of a test may call. */
const APPLETS = ['sh', 'cat', 'sleep', 'echo', 'ls', 'test'];

/** What an image says of itself: https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md, and what Docker adds to it. */
export interface Says {
  created?: string;
  author?: string;
  config?: {
    User?: string;
    Env?: string[];
    Entrypoint?: string[];
    Cmd?: string[];
    WorkingDir?: string;
    Labels?: Record<string, string>;
    Volumes?: Record<string, object>;
    OnBuild?: string[];
  };
}

/** An image of these files, with a busybox below them unless there is to be `nothing`, and a layer on top. */
export async function image(options: {
  files?: File[];
  architecture?: string;
  below?: 'busybox' | 'nothing';
  layer?: Layer;
  says?: Says;
}): Promise<Image> {
  const { files = [], architecture = thisArchitecture, below = 'busybox', layer: top, says = {} } = options;
  const layers = [
    ...(below === 'busybox' ? [await (busyboxLayer ??= makeBusyboxLayer())] : []),
    ...(files.length > 0 ? [await layerOf(files)] : []),
    ...(top ? [top] : []),
  ];
  const platform = { os: 'linux', architecture };
  const config = blob(
    JSON.stringify({
      ...says,
      ...platform,
      config: { ...says.config, Env: ['PATH=/bin', ...(says.config?.Env ?? [])] },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map(() => ({ created_by: 'a test' })),
    }),
  );
  const packed = layers.map(({ packed: layer }) => layer);
  return manifestOf({ config, layers: packed.map((layer) => ({ mediaType: LAYER, blob: layer })), platform });
}

/** What BuildKit says of an image, as one more child of its index: a manifest without a platform. */
export function attestationOf(subject: Image): Image {
  const statement = blob(JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', subject: [subject.digest] }));
  const platform = { os: 'unknown', architecture: 'unknown' };
  const config = blob(
    JSON.stringify({ ...platform, config: {}, rootfs: { type: 'layers', diff_ids: [statement.digest] } }),
  );
  return manifestOf({ config, layers: [{ mediaType: IN_TOTO, blob: statement }], platform });
}

/** The attested one is named in the annotations of its attestation, in the way of BuildKit. */
export function index(children: Image[], attested?: { subject: Image; attestation: Image }): Image {
  const described = [...children, ...(attested ? [attested.attestation] : [])].map((child) => ({
    ...descriptor(child.mediaType, own(child)),
    platform: child.platform,
    ...(child === attested?.attestation
      ? {
          annotations: {
            'vnd.docker.reference.digest': attested.subject.digest,
            'vnd.docker.reference.type': 'attestation-manifest',
          },
        }
      : {}),
  }));
  const root = blob(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: described }));
  const below = [...children, ...(attested ? [attested.attestation] : [])].flatMap(({ blobs }) => blobs);
  return { digest: root.digest, mediaType: INDEX, blobs: [root, ...below], platform: { os: '', architecture: '' } };
}

/** Readable as `oci:<folder>`. */
export async function writeLayout(folder: string, root: Image): Promise<void> {
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [descriptor(root.mediaType, own(root))] }),
  );
  for (const { digest, bytes } of root.blobs) {
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
  }
}

/** As images name it. */
export const thisArchitecture = process.arch === 'x64' ? 'amd64' : process.arch;

function manifestOf(options: { config: Blob; layers: { mediaType: string; blob: Blob }[]; platform: Platform }): Image {
  const { config, layers, platform } = options;
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptor(CONFIG, config),
      layers: layers.map((layer) => descriptor(layer.mediaType, layer.blob)),
    }),
  );
  const blobs = [manifest, config, ...layers.map((layer) => layer.blob)];
  return { digest: manifest.digest, mediaType: MANIFEST, blobs, platform };
}

let busyboxLayer: Promise<Layer> | undefined;

async function makeBusyboxLayer(): Promise<Layer> {
  const busybox = findBusybox();
  if (busybox === undefined) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  return layerOf(
    [{ path: 'bin/busybox', bytes: await readFile(busybox), mode: 0o755 }],
    APPLETS.map((applet) => ({ path: `bin/${applet}`, to: 'busybox' })),
  );
}

async function layerOf(files: File[], links: { path: string; to: string }[] = []): Promise<Layer> {
  const tar = pack();
  const mtime = new Date(0);
  for (const file of files) {
    const bytes = 'bytes' in file ? file.bytes : Buffer.from(file.text);
    tar.entry({ name: file.path, mode: file.mode ?? 0o644, mtime }, bytes);
  }
  for (const { path, to } of links) tar.entry({ name: path, type: 'symlink', linkname: to, mtime });
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const plain = Buffer.concat(chunks);
  return { diffId: blob(plain).digest, packed: blob(gzipSync(plain, { level: 1 })) };
}

/** Its own bytes come first. */
const own = ({ blobs: [first] }: Image): Blob => first ?? blob('');

const descriptor = (mediaType: string, { digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });

export function blob(content: string | Buffer): Blob {
  const bytes = Buffer.from(content);
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}
