/** A tar archive in memory: the form in which an engine takes files and images from its standard input. */
import { pack } from 'tar-stream';

/** Without `content`: a folder. */
export async function tarOf(entries: { name: string; mode: number; content?: Buffer }[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, mode, content } of entries) {
    if (content) archive.entry({ name, mode }, content);
    else archive.entry({ name, mode, type: 'directory' });
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
