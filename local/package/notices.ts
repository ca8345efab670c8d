/** The licences of the packages in the deploy package, with their texts: most of them ask to go along with every copy. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lock } from './contents.ts';

const LICENCE_FILE = /^(licen[cs]e|notice|copying)(\.(md|txt|mit|apache2?))?$/i;
const LINE = '-'.repeat(80);

/** `folders` as in package-lock.json. What is there twice in one version is said once. */
export async function notices(
  folders: readonly string[],
  { root, lock }: { root: string; lock: Lock },
): Promise<string> {
  const byName = new Map<string, string>();
  for (const folder of folders) {
    const { version, license = 'licence not stated' } = lock.packages[folder] ?? {};
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const title = `${name} ${version} (${license})`;
    if (!byName.has(title)) byName.set(title, [title, ...(await textsIn(join(root, folder)))].join('\n\n'));
  }
  const all = [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `This package contains software of others, each under its own licence.\n\n${LINE}\n${all.join(`\n\n${LINE}\n`)}\n`;
}

async function textsIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).toSorted();
  return Promise.all(files.map(async (file) => (await readFile(join(folder, file), 'utf8')).trim()));
}
