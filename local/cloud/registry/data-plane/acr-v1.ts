/** `/acr/v1/…`: what Azure knows about repositories, manifests and tags beyond the OCI API, their locks above all. */
import type { Context } from 'hono';
import { z } from 'zod';
import type { App, Env } from '../../http.ts';
import type { Attributes, ManifestDocument, RepositoryDocument, TagDocument } from '../images.ts';
import type { Registry } from '../registry.ts';
import { manifestUnknown, RegistryError, repositoryUnknown } from '../registry-error.ts';
import { deleteRepository, deleteTag } from '../removal.ts';
import { azureTime } from '../../time.ts';
import type { Access } from './access.ts';
import { parseDigest } from './blobs.ts';
import { inOrder, pageOf } from './paging.ts';

export function addAcrRoutes(app: App, { registry, access }: { registry: Registry; access: Access }): void {
  const { images, loginServer } = registry;
  const head = (imageName: string) => ({ registry: loginServer, imageName });
  const repositoryOf = (name: string): RepositoryDocument => {
    const document = images.repository(name);
    if (!document) throw repositoryUnknown(name);
    return document;
  };
  const tagOf = (name: string, tag: string): TagDocument => {
    const document = images.tag(name, tag);
    if (document) return document;
    const detail = { name, tag };
    throw new RegistryError({ status: 404, code: 'TAG_UNKNOWN', message: `the specified tag does not exist`, detail });
  };
  const manifestOf = (name: string, text: string): ManifestDocument => {
    const digest = parseDigest(text);
    const document = images.manifest(name, digest);
    if (!document) throw manifestUnknown(name, digest);
    return document;
  };
  const manifestAnswer = (name: string, manifest: ManifestDocument) => ({
    digest: manifest.digest,
    imageSize: manifest.imageSizeBytes,
    ...stamps(manifest),
    architecture: manifest.architecture,
    os: manifest.os,
    mediaType: manifest.mediaType,
    configMediaType: manifest.configMediaType,
    tags: images
      .tags(name)
      .filter(({ digest }) => digest === manifest.digest)
      .map(({ tag }) => tag),
    ...(manifest.children.length > 0 ? { references: manifest.children } : {}),
    changeableAttributes: manifest.attributes,
  });
  const repositoryAnswer = (name: string, document: RepositoryDocument) => ({
    ...head(name),
    ...stamps(document),
    manifestCount: images.manifests(name).length,
    tagCount: images.tags(name).length,
    changeableAttributes: document.attributes,
  });

  app.get('/acr/v1/:name', access.to('metadata_read'), (c) => {
    const { name } = c.req.param();
    return c.json(repositoryAnswer(name, repositoryOf(name)));
  });
  app.patch('/acr/v1/:name', access.to('metadata_write'), async (c) => {
    const { name } = c.req.param();
    const change = await attributeChange(c);
    const document = withAttributes(repositoryOf(name), change);
    images.putRepository(name, document);
    return c.json(repositoryAnswer(name, document));
  });
  app.delete('/acr/v1/:name', access.to('delete'), (c) => {
    const { name } = c.req.param();
    return c.json(deleteRepository(registry, { repository: name, userAgent: c.req.header('user-agent') }), 202);
  });

  app.get('/acr/v1/:name/_tags', access.to('metadata_read'), (c) => {
    const { name } = c.req.param();
    const digest = c.req.query('digest');
    repositoryOf(name);
    const listed = images
      .tags(name)
      .filter((tag) => tag.attributes.listEnabled && (digest === undefined || tag.digest === digest));
    const tags = pageOf(c, inOrder(c.req.query('orderby'), listed), ({ tag }) => tag).map(tagAnswer);
    return c.json({ ...head(name), tags });
  });
  app.get('/acr/v1/:name/_tags/:tag', access.to('metadata_read'), (c) => {
    const { name, tag } = c.req.param();
    return c.json({ ...head(name), tag: tagAnswer(tagOf(name, tag)) });
  });
  app.patch('/acr/v1/:name/_tags/:tag', access.to('metadata_write'), async (c) => {
    const { name, tag } = c.req.param();
    const change = await attributeChange(c);
    const document = withAttributes(tagOf(name, tag), change);
    images.putTag(name, document);
    return c.json({ ...head(name), tag: tagAnswer(document) });
  });
  app.delete('/acr/v1/:name/_tags/:tag', access.to('delete'), (c) => {
    const { name, tag } = c.req.param();
    deleteTag(registry, name, tag);
    return c.body(null, 202);
  });

  app.get('/acr/v1/:name/_manifests', access.to('metadata_read'), (c) => {
    const { name } = c.req.param();
    repositoryOf(name);
    const listed = images.manifests(name).filter(({ attributes }) => attributes.listEnabled);
    const page = pageOf(c, inOrder(c.req.query('orderby'), listed), ({ digest }) => digest);
    return c.json({ ...head(name), manifests: page.map((manifest) => manifestAnswer(name, manifest)) });
  });
  app.get('/acr/v1/:name/_manifests/:digest', access.to('metadata_read'), (c) => {
    const { name, digest } = c.req.param();
    return c.json({ ...head(name), manifest: manifestAnswer(name, manifestOf(name, digest)) });
  });
  app.patch('/acr/v1/:name/_manifests/:digest', access.to('metadata_write'), async (c) => {
    const { name, digest } = c.req.param();
    const change = await attributeChange(c);
    const document = withAttributes(manifestOf(name, digest), change);
    images.putManifest(name, document);
    return c.json({ ...head(name), manifest: manifestAnswer(name, document) });
  });
}

const tagAnswer = (tag: TagDocument) => ({
  name: tag.tag,
  digest: tag.digest,
  ...stamps(tag),
  signed: false,
  changeableAttributes: tag.attributes,
});

const stamps = (document: { createdAt: number; updatedAt: number }) => ({
  createdTime: azureTime(document.createdAt),
  lastUpdateTime: azureTime(document.updatedAt),
});

const withAttributes = <T extends { attributes: Attributes }>(document: T, change: Partial<Attributes>): T => ({
  ...document,
  attributes: { ...document.attributes, ...change },
});

/** Others, such as `quarantineState`, belong to policies that this emulation does not have, and are refused. */
const attributes = z.strictObject({
  deleteEnabled: z.boolean().optional(),
  writeEnabled: z.boolean().optional(),
  readEnabled: z.boolean().optional(),
  listEnabled: z.boolean().optional(),
});

async function attributeChange(c: Context<Env>): Promise<Partial<Attributes>> {
  const text = await c.req.text();
  const parsed = z
    .string()
    .transform((body, context) => {
      try {
        return JSON.parse(body) as unknown;
      } catch (error) {
        context.addIssue({ code: 'custom', message: `not JSON: ${String(error)}` });
        return z.NEVER;
      }
    })
    .pipe(attributes)
    .safeParse(text);
  if (parsed.success) return parsed.data;
  throw new RegistryError({
    status: 400,
    code: 'UNSUPPORTED',
    message:
      'the attributes that can be changed are deleteEnabled, writeEnabled, readEnabled and listEnabled, each true or false',
    detail: z.prettifyError(parsed.error),
  });
}
