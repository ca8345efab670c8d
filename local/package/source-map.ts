/**
 * Names the sources in a source map from the root of the repository, as if they lay beside the bundle: a stack then says
 * `functions/index.ts:32` behind the folder of the app, and the package is the same wherever it was built.
 */
import { relative, resolve, sep } from 'node:path';

/** Packages that are bundles themselves have maps with sources such as `webpack:/…`. */
const ADDRESS = /^[a-z]{2,}:/i;

/** `text` is a source map in `folder`. */
export function namedFromRoot(text: string, { folder, root }: { folder: string; root: string }): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) =>
    ADDRESS.test(source) ? source : relative(root, resolve(folder, source)).replaceAll(sep, '/'),
  );
  return JSON.stringify({ ...map, sources });
}
