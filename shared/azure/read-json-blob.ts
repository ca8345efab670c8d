/** A small JSON blob of a registry, read to its end and no further than its limit. The SDK verifies the digest at the end. */
import { ServiceTrouble, type Question } from './errors.ts';
import { JSON_BLOB_BYTES } from './limits.ts';

export async function readJsonBlob(
  question: Question,
  blob: { digest: string; content: NodeJS.ReadableStream },
): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of blob.content) {
    const buffer = Buffer.from(part);
    bytes += buffer.length;
    if (bytes > JSON_BLOB_BYTES) {
      throw new ServiceTrouble(question, {
        problem: `the blob has more than ${JSON_BLOB_BYTES} bytes, so it is no configuration`,
      });
    }
    parts.push(buffer);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
