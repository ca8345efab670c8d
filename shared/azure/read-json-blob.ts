/** A small JSON blob of a registry, such as a configuration. */
import type { ContainerRegistryContentClient } from '@azure/container-registry';
import type { DigestReference } from '../domain/reference.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import { JSON_BLOB_BYTES } from './limits.ts';
import { readBlob } from './read-blob.ts';

export async function readJsonBlob(
  content: ContainerRegistryContentClient,
  question: Question,
  image: DigestReference,
): Promise<unknown> {
  const bytes = await readBlob(content, question, { image, mostBytes: JSON_BLOB_BYTES });
  if (bytes === 'too-large') {
    throw new ServiceTrouble(question, {
      problem: `the blob has more than ${JSON_BLOB_BYTES} bytes, so it is no configuration`,
    });
  }
  return JSON.parse(bytes.toString('utf8'));
}
