/** A blob of a registry of ours, read to its end and no further than a limit, and only if it is the one that was asked for. */
import { createHash } from 'node:crypto';
import type { ContainerRegistryContentClient } from '@azure/container-registry';
import type { DigestReference } from '../domain/reference.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import { getFromRegistry } from './registry-pipeline.ts';

export async function readBlob(
  content: ContainerRegistryContentClient,
  question: Question,
  { image, mostBytes }: { image: DigestReference; mostBytes: number },
): Promise<Buffer | 'too-large'> {
  const url = new URL(`https://${image.host}/v2/${image.repository}/blobs/${image.digest}`);
  const { readableStreamBody } = await getFromRegistry(content, url, {
    accept: 'application/octet-stream',
    stream: true,
  });
  const parts: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop ends the download.
  for await (const part of readableStreamBody ?? []) {
    const buffer = Buffer.from(part);
    bytes += buffer.length;
    if (bytes > mostBytes) return 'too-large';
    parts.push(buffer);
  }
  const blob = Buffer.concat(parts);
  const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
  if (digest !== image.digest) throw new ServiceTrouble(question, { problem: `its bytes are those of ${digest}` });
  return blob;
}
