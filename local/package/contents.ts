/** What may be in a bundle: folders of the program, and packages that `dependencies` of package.json bring. Pure, on the files that were bundled. */

/** The part of package-lock.json that is looked at. */
export interface Lock {
  packages: Record<string, { version?: string; license?: string; dev?: boolean }>;
}

const PACKAGES = 'node_modules/';

/** Folders of packages, such as `node_modules/zod`, of files relative to the repository; each once, by name. */
export function packagesIn(files: readonly string[]): string[] {
  const folders = files.filter((file) => file.includes(PACKAGES)).map(packageOf);
  return [...new Set(folders)].toSorted();
}

/** Answers a sentence for each file and each package that must not be there; `from` are the folders of the program, each ending in a slash. */
export function refuseWhatDoesNotShip(
  files: readonly string[],
  { from, lock }: { from: string[]; lock: Lock },
): string[] {
  const own = files.filter((file) => !file.includes(PACKAGES));
  const astray = own.filter((file) => !from.some((folder) => file.startsWith(folder)));
  const forDevelopers = packagesIn(files).filter((folder) => lock.packages[folder]?.dev === true);
  return [
    ...astray.map((file) => `${file} does not ship: only ${from.join(', ')} may be imported here`),
    ...forDevelopers.map(
      (folder) =>
        `${folder} is for developers only; what ships and imports it needs it in "dependencies" of package.json`,
    ),
  ];
}

/** The innermost one: `node_modules/a/node_modules/@b/c/d.js` lies in `node_modules/a/node_modules/@b/c`. */
function packageOf(file: string): string {
  const end = file.lastIndexOf(PACKAGES) + PACKAGES.length;
  const [first = '', second = ''] = file.slice(end).split('/');
  return file.slice(0, end) + (first.startsWith('@') ? `${first}/${second}` : first);
}
