/** Small images for tests: their bytes, a push by plain requests, and an OCI layout for other tools. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { RegistryFixture, RegistryName } from './registry-fixture.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

export interface Content {
  digest: string;
  bytes: Buffer;
}

export interface Image {
  manifest: Content;
  blobs: Content[];
}

export const content = (bytes: Buffer | string): Content => {
  const buffer = Buffer.from(bytes);
  return { bytes: buffer, digest: `sha256:${createHash('sha256').update(buffer).digest('hex')}` };
};

interface Extra {
  subject?: Content;
  artifactType?: string;
  /** Of the file. */
  path?: string;
  architecture?: 'amd64' | 'arm64';
}

/** An image whose one layer is a file with that text; other text, other digests. */
export async function image(text: string, extra: Extra = {}): Promise<Image> {
  const tar = pack();
  tar.entry({ name: extra.path ?? 'text', mtime: new Date(0) }, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const plain = content(Buffer.concat(chunks));
  const layer = content(gzipSync(plain.bytes));
  const config = content(
    JSON.stringify({
      architecture: extra.architecture ?? 'arm64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [plain.digest] },
    }),
  );
  const manifest = content(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      ...(extra.artifactType === undefined ? {} : { artifactType: extra.artifactType }),
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
      ...(extra.subject === undefined ? {} : { subject: descriptor(OCI_MANIFEST, extra.subject) }),
    }),
  );
  return { manifest, blobs: [config, layer] };
}

export const index = (images: Image[]): Content =>
  content(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: images.map(({ manifest }, position) => ({
        ...descriptor(OCI_MANIFEST, manifest),
        platform: { architecture: ['amd64', 'arm64'][position % 2], os: 'linux' },
      })),
    }),
  );

const descriptor = (mediaType: string, { digest, bytes }: Content) => ({ mediaType, digest, size: bytes.length });

type Pushing = Pick<RegistryFixture, 'call'>;

export async function pushBlob(to: Pushing, name: RegistryName, repository: string, blob: Content): Promise<void> {
  const path = `/v2/${repository}/blobs/uploads/?digest=${blob.digest}`;
  await expectStatus(await to.call(name, path, { method: 'POST', body: new Uint8Array(blob.bytes) }), 201);
}

export async function putManifest(
  to: Pushing,
  name: RegistryName,
  options: { repository: string; reference: string; manifest: Content; mediaType?: string },
): Promise<Response> {
  const { repository, reference, manifest, mediaType = OCI_MANIFEST } = options;
  return to.call(name, `/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: new Uint8Array(manifest.bytes),
  });
}

/** By tag, or with the digest as the reference. */
export async function pushImage(
  to: Pushing,
  name: RegistryName,
  options: { repository: string; reference?: string; image: Image },
): Promise<string> {
  const { repository, image } = options;
  const { manifest } = image;
  for (const blob of image.blobs) await pushBlob(to, name, repository, blob);
  await expectStatus(
    await putManifest(to, name, { repository, reference: options.reference ?? manifest.digest, manifest }),
    201,
  );
  return manifest.digest;
}

export async function pushIndex(
  to: Pushing,
  name: RegistryName,
  options: { repository: string; reference: string; images: Image[] },
): Promise<string> {
  const { repository, reference, images } = options;
  for (const each of images) await pushImage(to, name, { repository, image: each });
  const manifest = index(images);
  await expectStatus(await putManifest(to, name, { repository, reference, manifest, mediaType: OCI_INDEX }), 201);
  return manifest.digest;
}

/** A folder that skopeo and podman read as `oci:<folder>`. */
export async function writeOciLayout(folder: string, { manifest, blobs }: Image): Promise<void> {
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [descriptor(OCI_MANIFEST, manifest)] }),
  );
  for (const { digest, bytes } of [manifest, ...blobs]) {
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
  }
}

async function expectStatus(response: Response, status: number): Promise<void> {
  if (response.status === status) return void (await response.arrayBuffer());
  throw new Error(`${response.url} answered ${response.status} instead of ${status}: ${await response.text()}`);
}
