/** How many bytes the deploy package has, and how many the app has without one. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Lock } from '../../local/package/contents.ts';

/** What the app consists of, as `.funcignore` leaves it. */
const APP = ['functions', 'orchestrations', 'shared', 'host.json', 'package.json'];

export const bytesOfFolder = (folder: string): number => bytesOf(folder, () => true);

/** Of the app in a repository, with the installed packages that it needs in production. */
export function bytesOfApp(root: string): number {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const shipped = Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && dev !== true);
  // Packages within packages have entries of their own.
  const ofPackages = shipped.map(([folder]) => bytesOf(join(root, folder), (name) => name !== 'node_modules'));
  return [...ofPackages, ...APP.map((path) => bytesOfFolder(join(root, path)))].reduce((sum, bytes) => sum + bytes, 0);
}

/** Nothing, where there is nothing: packages for other systems are not installed. */
function bytesOf(path: string, counts: (name: string) => boolean): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.size ?? 0;
  const names = readdirSync(path).filter(counts);
  return names.reduce((sum, name) => sum + bytesOf(join(path, name), counts), 0);
}
