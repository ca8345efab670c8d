/**
 * Copies one image: its manifest, for an index all manifests below it, and their blobs; the digests stay. Referrers and signature tags are
 * left behind, as Azure leaves them.
 */
import type { Digest } from '../../../../shared/domain/reference.ts';
import { publishPushed } from '../events.ts';
import { IMPORT_MANIFESTS } from '../limits.ts';
import { digestOf, parseManifest, type ParsedManifest } from '../manifest.ts';
import { readPlatform, record, storeManifest } from '../push.ts';
import type { Registry } from '../registry.ts';
import { RegistryError } from '../registry-error.ts';
import type { ImportRequest } from './request.ts';
import { ImportFailed, type ImportSource } from './source.ts';

/** `done` runs in the transaction that writes the tags. Throws `ImportFailed`; then no tag has moved. */
export async function copyImage(options: {
  source: ImportSource;
  target: Registry;
  request: ImportRequest;
  signal: AbortSignal;
  done: () => void;
}): Promise<void> {
  const { source, target, request, signal, done } = options;
  refuseExisting(target, request);
  // Children before parents: the root is the last.
  const manifests = await readManifests(source, request);
  for (const manifest of manifests) {
    for (const { digest } of manifest.blobs) {
      signal.throwIfAborted();
      await copyBlob({ source, target, repository: request.source.repository, digest });
    }
    await storeManifest(target, manifest);
  }
  const platforms = await Promise.all(manifests.map((manifest) => readPlatform(target, manifest.config)));

  target.world.store.transaction(() => {
    // Looked at again: a tag may have been pushed while the blobs were copied.
    refuseExisting(target, request);
    for (const { repository, tag } of request.targets) {
      for (const [index, manifest] of manifests.entries()) {
        for (const { digest } of manifest.blobs) target.images.linkBlob(repository, digest, target.world.clock.now());
        const tags = tag !== undefined && index === manifests.length - 1 ? [tag] : [];
        record(target, { repository, manifest, platform: platforms[index] ?? {}, tags });
      }
    }
    done();
  });
  for (const repository of new Set(request.targets.map((each) => each.repository))) {
    for (const manifest of manifests.slice(0, -1)) publishPushed(target, { repository, manifest });
  }
  for (const { repository, tag } of request.targets) {
    for (const manifest of manifests.slice(-1)) publishPushed(target, { repository, manifest, tag });
  }
}

function refuseExisting(target: Registry, { targets, force }: ImportRequest): void {
  if (force) return;
  const taken = targets.find(({ repository, tag }) => tag !== undefined && target.images.tag(repository, tag));
  if (!taken) return;
  throw new ImportFailed({
    status: 409,
    code: 'Conflict',
    message: `Tag ${taken.repository}:${taken.tag} already exists in target registry.`,
  });
}

async function readManifests(source: ImportSource, request: ImportRequest): Promise<ParsedManifest[]> {
  const { repository, reference } = request.source;
  const found = new Map<Digest, ParsedManifest>();
  const read = async (wanted: string): Promise<Digest> => {
    const manifest = await readManifest(source, repository, wanted);
    for (const child of manifest.children) {
      if (!found.has(child.digest)) await read(child.digest);
      if (found.size >= IMPORT_MANIFESTS) throw tooMany(repository);
    }
    // Set after its children, so that the order is children first.
    found.set(manifest.digest, manifest);
    return manifest.digest;
  };
  await read('tag' in reference ? reference.tag : reference.digest);
  return [...found.values()];
}

async function readManifest(source: ImportSource, repository: string, reference: string): Promise<ParsedManifest> {
  const answer = await source.manifest(repository, reference);
  const isDigest = reference.startsWith('sha256:');
  if (!answer) {
    throw new ImportFailed({
      code: 'InvalidParameters',
      message: `Unable to find manifest digest  Repo: ${repository} Tag: ${isDigest ? '' : reference} Manifest: ${isDigest ? reference : ''}`,
    });
  }
  if (isDigest && digestOf(answer.bytes) !== reference) {
    throw new ImportFailed({
      code: 'InvalidParameters',
      message: `Error copying blobs: the source answered ${digestOf(answer.bytes)} when asked for ${reference}.`,
    });
  }
  try {
    return parseManifest(answer.bytes, answer.mediaType);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new ImportFailed({
      code: 'InvalidParameters',
      message: `Error copying blobs: ${error.message}`,
      cause: error,
    });
  }
}

async function copyBlob(options: {
  source: ImportSource;
  target: Registry;
  repository: string;
  digest: Digest;
}): Promise<void> {
  const { source, target, repository, digest } = options;
  if ((await target.blobs.size(digest)) !== undefined) return;
  const content = await source.blob(repository, digest);
  if ('file' in content) return target.blobs.adopt(digest, content.file);
  try {
    await target.blobs.write(digest, content.stream);
  } catch (error) {
    const message = `Error copying blobs: ${digest}: ${error instanceof Error ? error.message : String(error)}`;
    throw new ImportFailed({ code: 'InvalidParameters', message, cause: error });
  }
}

const tooMany = (repository: string): ImportFailed =>
  new ImportFailed({
    code: 'InvalidParameters',
    message: `The image ${repository} has more than ${IMPORT_MANIFESTS} manifests, which is the limit of an import.`,
  });
