/** `/v2/<name>/tags/list`, `/v2/<name>/referrers/<digest>` and the catalog, in both spellings. */
import type { App } from '../../http.ts';
import type { Registry } from '../registry.ts';
import { repositoryUnknown } from '../registry-error.ts';
import type { Access } from './access.ts';
import { parseDigest } from './blobs.ts';
import { pageOf } from './paging.ts';

export function addListRoutes(app: App, { registry, access }: { registry: Registry; access: Access }): void {
  const { images } = registry;

  for (const path of ['/v2/_catalog', '/acr/v1/_catalog']) {
    app.get(path, access.catalog, (c) => {
      const listed = images.repositories().filter(({ document }) => document.attributes.listEnabled);
      const repositories = pageOf(
        c,
        listed.map(({ name }) => name),
        (name) => name,
      );
      return c.json({ repositories });
    });
  }

  // A docker client asks for `pull` to list tags.
  app.get('/v2/:name/tags/list', access.to('metadata_read', 'pull'), (c) => {
    const { name } = c.req.param();
    if (!images.repository(name)) throw repositoryUnknown(name);
    const listed = images.tags(name).filter(({ attributes }) => attributes.listEnabled);
    const tags = pageOf(
      c,
      listed.map(({ tag }) => tag),
      (tag) => tag,
    );
    return c.json({ name, tags });
  });

  // The subject need not exist: then the list is empty, and never a 404 (OCI distribution 1.1).
  app.get('/v2/:name/referrers/:digest', access.to('pull'), (c) => {
    const { name, digest } = c.req.param();
    const subject = parseDigest(digest);
    const artifactType = c.req.query('artifactType');
    const referrers = images
      .manifests(name)
      .filter((manifest) => manifest.subject === subject && manifest.attributes.listEnabled)
      .filter((manifest) => artifactType === undefined || manifest.artifactType === artifactType);
    const manifests = pageOf(c, referrers, (manifest) => manifest.digest).map((manifest) => ({
      mediaType: manifest.mediaType,
      size: manifest.sizeBytes,
      digest: manifest.digest,
      artifactType: manifest.artifactType,
      annotations: manifest.annotations,
    }));
    if (artifactType !== undefined) c.header('oci-filters-applied', 'artifactType');
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    return c.body(JSON.stringify({ schemaVersion: 2, mediaType, manifests }), 200, { 'content-type': mediaType });
  });
}
