/** The files of a quick run as a tar.gz, the form in which ACR Tasks takes its source. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';

export interface SourceFile {
  path: string;
  content: Uint8Array;
  executable?: boolean;
}

/** The same files give the same bytes: names in order, and no times. */
export async function sourceArchive(files: SourceFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, executable } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    archive.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0) }, Buffer.from(content));
  }
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive as AsyncIterable<Buffer>) parts.push(part);
  return promisify(gzip)(Buffer.concat(parts));
}
