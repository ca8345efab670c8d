/** Makes the command line one file, for machines that have a Node and nothing of this repository. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../layout.ts';
import { bundle } from './bundle.ts';

/** The oldest that package.json admits. */
const NODE = 20;
const EXECUTABLE = 0o755;

/** What is in the folder already goes. Answers the file. Throws `NotBuilt`. */
export async function buildCli({ folder }: { folder: string }): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  const { files, notices } = await bundle({
    entry: 'cli/main.ts',
    from: ['cli/', 'shared/'],
    file: join(folder, 'gated-import.mjs'),
    node: NODE,
    sourceMap: 'none',
    firstLine: '#!/usr/bin/env node',
  });

  await mkdir(folder, { recursive: true });
  for (const { path, text } of files) await writeFile(path, text, { mode: EXECUTABLE });
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices);
  await copyFile(join(repositoryRoot, 'LICENSE'), join(folder, 'LICENSE'));
  return join(folder, 'gated-import.mjs');
}
