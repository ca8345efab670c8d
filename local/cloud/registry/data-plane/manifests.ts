/** `/v2/<name>/manifests/<reference>`. */
import type { Context } from 'hono';
import { digest as digestSchema, tag as tagSchema, type Digest } from '../../../../shared/domain/reference.ts';
import type { App, Env } from '../../http.ts';
import { MANIFEST_BYTES } from '../limits.ts';
import { refuseLocked } from '../locks.ts';
import { parseManifest } from '../manifest.ts';
import { pushManifest } from '../push.ts';
import type { Registry } from '../registry.ts';
import { digestInvalid, manifestInvalid, manifestUnknown, RegistryError } from '../registry-error.ts';
import { deleteManifest } from '../removal.ts';
import type { Access } from './access.ts';

export function addManifestRoutes(app: App, { registry, access }: { registry: Registry; access: Access }): void {
  const { images, blobs } = registry;

  app.get('/v2/:name/manifests/:reference', access.to('pull'), async (c) => {
    const { name, reference } = c.req.param();
    const digest = digestSchema.safeParse(reference);
    const tag = digest.success ? undefined : images.tag(name, reference);
    const wanted = digest.data ?? tag?.digest;
    const manifest = wanted && images.manifest(name, wanted);
    if (!manifest) throw manifestUnknown(name, reference);
    refuseLocked('read', images.repository(name), manifest, tag);
    c.header('docker-content-digest', manifest.digest);
    c.header('etag', `"${manifest.digest}"`);
    c.header('content-type', manifest.mediaType);
    c.header('content-length', String(manifest.sizeBytes));
    if (c.req.method === 'HEAD') return c.body(null);
    return c.body(new Uint8Array(await blobs.bytes(manifest.digest)));
  });

  app.put('/v2/:name/manifests/:reference', access.to('push'), async (c) => {
    const { name, reference } = c.req.param();
    const target = parseReference(reference);
    const manifest = parseManifest(await readBody(c), c.req.header('content-type'));
    if (target.digest !== undefined && target.digest !== manifest.digest) {
      throw digestInvalid('provided digest did not match uploaded content', {
        provided: target.digest,
        uploaded: manifest.digest,
      });
    }
    await pushManifest(registry, {
      repository: name,
      manifest,
      tag: target.tag,
      userAgent: c.req.header('user-agent'),
    });
    c.header('docker-content-digest', manifest.digest);
    c.header('location', `/v2/${name}/manifests/${manifest.digest}`);
    if (manifest.subject !== undefined) c.header('oci-subject', manifest.subject);
    return c.body(null, 201);
  });

  app.delete('/v2/:name/manifests/:reference', access.to('delete'), (c) => {
    const { name, reference } = c.req.param();
    const { digest } = parseReference(reference);
    if (digest === undefined) {
      throw new RegistryError({
        status: 400,
        code: 'UNSUPPORTED',
        message: `manifests are deleted by digest; to delete the tag alone use DELETE /acr/v1/${name}/_tags/${reference}`,
      });
    }
    deleteManifest(registry, { repository: name, digest, userAgent: c.req.header('user-agent') });
    return c.body(null, 202);
  });
}

function parseReference(reference: string): { digest?: Digest; tag?: string } {
  if (reference.includes(':')) {
    const digest = digestSchema.safeParse(reference);
    if (!digest.success) throw digestInvalid(`"${reference}" is not a digest that this registry knows`);
    return { digest: digest.data };
  }
  const tag = tagSchema.safeParse(reference);
  if (tag.success) return { tag: tag.data };
  throw new RegistryError({ status: 400, code: 'TAG_INVALID', message: `"${reference}" is not a tag` });
}

/** A manifest is small by contract, so reading stops right after the limit; `parseManifest` then refuses it. */
async function readBody(c: Context<Env>): Promise<Uint8Array> {
  const body = c.req.raw.body;
  if (!body) throw manifestInvalid('the request has no body');
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MANIFEST_BYTES) break;
  }
  return Buffer.concat(chunks);
}
