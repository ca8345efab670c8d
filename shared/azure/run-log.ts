/**
 * The log of a run, which Azure keeps as an append blob behind a signed link.
 *
 * Whether it is whole is asked before it is read: the metadata key `complete`, which the service writes in any case, comes with the last
 * line. A log that is too long keeps its head and its tail, where the result is.
 */
import type { BlockBlobClient } from '@azure/storage-blob';
import type { Question } from './errors.ts';
import { LOG_BYTES } from './limits.ts';
import { askSignedBlob } from './signed-blob.ts';

export async function readRunLog(
  question: Question,
  blob: BlockBlobClient,
): Promise<{ text: string; complete: boolean }> {
  const found = await askSignedBlob(question, async () => {
    if (!(await blob.exists())) return undefined;
    return blob.getProperties();
  });
  if (!found) return { text: '', complete: false };
  const complete = Object.keys(found.metadata ?? {}).some((key) => key.toLowerCase() === 'complete');
  const length = found.contentLength ?? 0;
  const read = async (from: number, bytes: number): Promise<string> =>
    bytes === 0 ? '' : (await askSignedBlob(question, () => blob.downloadToBuffer(from, bytes))).toString('utf8');

  if (length <= LOG_BYTES) return { text: await read(0, length), complete };
  const half = LOG_BYTES / 2;
  const [head, tail] = await Promise.all([read(0, half), read(length - half, half)]);
  return { text: `${head}${cutMark(length - LOG_BYTES)}${tail}`, complete };
}

export const cutMark = (bytes: number): string => `\n[gated-import: ${bytes} bytes of the log were left out here]\n`;
