/**
 * The data plane of a registry of ours: manifests and small blobs by `/v2`, tags and locks by `/acr/v1`.
 *
 * Every manifest that comes in or goes out is named by the hash of its bytes: the SDK checks what it reads, and the answer to a PUT is
 * checked here.
 */
import { digest as digestSchema, formatReference, tag as tagSchema } from '../domain/reference.ts';
import type { ManifestInfo, Registries, TagInfo } from '../ports/registries.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import { neededRoles, type NeededRoles } from './needed-roles.ts';
import { readBlob } from './read-blob.ts';
import { readJsonBlob } from './read-json-blob.ts';
import { listReferrers } from './referrers.ts';

const { readImage, pushImage, lockImage, deleteImage } = neededRoles;
const absent = () => undefined;

export function registryData(clients: Pick<Clients, 'registryData' | 'registryContent'>): Omit<Registries, 'import'> {
  return {
    async digestOf(image) {
      const artifact = clients.registryData(image.host).getArtifact(image.repository, image.tag);
      return ask(about(`read the tag ${formatReference(image)}`, readImage), async () =>
        digestSchema.parse((await artifact.getTagProperties(image.tag)).digest),
      ).catch(refusedWith(404, absent));
    },

    async manifest(image) {
      const content = clients.registryContent(image.host, image.repository);
      return ask(about(`read the manifest ${formatReference(image)}`, readImage), async () => {
        const { mediaType, content: bytes } = await content.getManifest(image.digest);
        return { digest: image.digest, mediaType, bytes: new Uint8Array(bytes) };
      }).catch(refusedWith(404, absent));
    },

    async json(image) {
      const content = clients.registryContent(image.host, image.repository);
      const question = about(`read the blob ${formatReference(image)}`, readImage);
      return ask(question, () => readJsonBlob(content, question, image));
    },

    async blob(image, { mostBytes }) {
      const content = clients.registryContent(image.host, image.repository);
      const question = about(`read the blob ${formatReference(image)}`, readImage);
      return ask(question, () => readBlob(content, question, { image, mostBytes })).catch(
        refusedWith(404, () => 'missing' as const),
      );
    },

    async referrers(image, artifactType) {
      const content = clients.registryContent(image.host, image.repository);
      return listReferrers(
        content,
        about(`list the referrers of ${formatReference(image)}`, readImage),
        image,
        artifactType,
      );
    },

    async tags(repository, { since } = { since: 0 }) {
      // The client has this on an artifact of any name: the request lists the whole repository.
      const anyArtifact = clients.registryData(repository.host).getArtifact(repository.repository, 'latest');
      return ask(about(`list the tags of ${formatReference(repository)}`, readImage), async () => {
        const tags: TagInfo[] = [];
        // The newest first: a repository may have years of tags.
        const listed = anyArtifact.listTagProperties({ order: 'LastUpdatedOnDescending' });
        for await (const { name, digest, lastUpdatedOn } of listed) {
          if (lastUpdatedOn.getTime() < since) break;
          tags.push({
            tag: tagSchema.parse(name),
            digest: digestSchema.parse(digest),
            updatedAt: lastUpdatedOn.getTime(),
          });
        }
        return tags;
      }).catch(refusedWith(404, (): TagInfo[] => []));
    },

    async putManifest(image, { bytes, mediaType, digest }) {
      const content = clients.registryContent(image.host, image.repository);
      const question = about(`put ${digest} as ${formatReference(image)}`, pushImage);
      return ask(question, async () => {
        const put = await content.setManifest(Buffer.from(bytes), { tag: image.tag, mediaType });
        if (put.digest !== digest) throw new ServiceTrouble(question, { problem: `it took it for ${put.digest}` });
        return 'put' as const;
      }).catch(refusedWith(405, () => 'locked' as const));
    },

    async uploadBlob({ host, repository }, bytes) {
      const question = about(`upload a blob to ${host}/${repository}`, pushImage);
      return ask(question, async () => {
        const { digest } = await clients.registryContent(host, repository).uploadBlob(Buffer.from(bytes));
        return digestSchema.parse(digest);
      });
    },

    async putUntagged({ host, repository }, { bytes, mediaType, digest }) {
      const question = about(`put ${digest} into ${host}/${repository}`, pushImage);
      await ask(question, async () => {
        const put = await clients.registryContent(host, repository).setManifest(Buffer.from(bytes), { mediaType });
        if (put.digest !== digest) throw new ServiceTrouble(question, { problem: `it took it for ${put.digest}` });
      });
    },

    async lockTag(image) {
      const artifact = clients.registryData(image.host).getArtifact(image.repository, image.tag);
      await ask(about(`lock the tag ${formatReference(image)}`, lockImage), () =>
        artifact.updateTagProperties(image.tag, { canWrite: false, canDelete: false }),
      );
    },

    async protectManifest(image) {
      const artifact = clients.registryData(image.host).getArtifact(image.repository, image.digest);
      // Not `canWrite: false`: that would also refuse the referrers, such as a signature, that come later.
      await ask(about(`protect the manifest ${formatReference(image)}`, lockImage), () =>
        artifact.updateManifestProperties({ canDelete: false }),
      );
    },

    async unprotectManifest(image) {
      const artifact = clients.registryData(image.host).getArtifact(image.repository, image.digest);
      await ask(about(`unprotect the manifest ${formatReference(image)}`, lockImage), () =>
        artifact.updateManifestProperties({ canDelete: true }),
      ).catch(refusedWith(404, absent));
    },

    async deleteManifest(image) {
      const artifact = clients.registryData(image.host).getArtifact(image.repository, image.digest);
      return ask(about(`delete the manifest ${formatReference(image)}`, deleteImage), async () => {
        await artifact.delete();
        return 'deleted' as const;
      })
        .catch(refusedWith(404, () => 'deleted' as const))
        .catch(refusedWith(405, () => 'locked' as const));
    },

    async manifests({ host, repository }) {
      const listed = clients.registryData(host).getRepository(repository);
      return ask(about(`list the manifests of ${host}/${repository}`, readImage), async () => {
        const manifests: ManifestInfo[] = [];
        for await (const { digest, createdOn } of listed.listManifestProperties()) {
          manifests.push({ digest: digestSchema.parse(digest), createdAt: createdOn.getTime() });
        }
        return manifests;
      }).catch(refusedWith(404, (): ManifestInfo[] => []));
    },
  };
}

const about = (what: string, roles: NeededRoles): Question => ({ service: 'Container Registry', what, roles });
