/**
 * Makes the deploy package: the app with all that it needs in one JavaScript file, beside host.json. Stacks name the .ts files.
 *
 * `@azure/functions-core` is not in it, since no package of that name exists: the worker answers for it.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../layout.ts';
import { bundle } from './bundle.ts';
import { namedFromRoot } from './source-map.ts';

export interface BuiltPackage {
  folder: string;
  /** The packages from npm that are in it. */
  packages: string[];
}

/** What the app service runs; see infra/modules/function-app.bicep. */
const NODE = 22;
const BUNDLE = 'app.js';

/** Source maps count for what is loaded after they are asked for, so the bundle is a second file. */
const MAIN = `process.setSourceMapsEnabled(true);
await import('./${BUNDLE}');
`;
/** For whoever publishes the folder with a tool, after it has been run here. */
const LEFT_OUT = '.local\nlocal.settings.json\n';

/** What is in the folder already goes, also when nothing takes its place, so that nobody deploys it. Throws `NotBuilt`. */
export async function buildPackage({ folder }: { folder: string }): Promise<BuiltPackage> {
  await rm(folder, { recursive: true, force: true });
  const { files, packages, notices } = await bundle({
    entry: 'functions/index.ts',
    from: ['functions/', 'orchestrations/', 'shared/'],
    file: join(folder, BUNDLE),
    node: NODE,
    sourceMap: 'linked',
  });

  await mkdir(folder, { recursive: true });
  for (const { path, text } of files) {
    await writeFile(path, path.endsWith('.map') ? namedFromRoot(text, { folder, root: repositoryRoot }) : text);
  }
  await writeFile(join(folder, 'index.js'), MAIN);
  await writeFile(join(folder, 'package.json'), await manifest());
  await writeFile(join(folder, '.funcignore'), LEFT_OUT);
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices);
  for (const file of ['host.json', 'LICENSE']) await copyFile(join(repositoryRoot, file), join(folder, file));
  return { folder, packages };
}

async function manifest(): Promise<string> {
  const text = await readFile(join(repositoryRoot, 'package.json'), 'utf8');
  const { name, version, description, license } = JSON.parse(text) as Record<string, string>;
  const engines = { node: `>=${NODE}` };
  const own = { name, version, description, license, private: true, type: 'module', main: 'index.js', engines };
  return `${JSON.stringify(own, undefined, 2)}\n`;
}
