/**
 * `npm run build` makes the deploy package in `dist/`, which azd calls before it deploys; `npm run build:cli` the command line in `dist-cli/`.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { repositoryRoot } from '../layout.ts';
import { exitWith } from '../processes/exit-with.ts';
import { buildCli } from './build-cli.ts';
import { buildPackage } from './build.ts';

try {
  const [what] = process.argv.slice(2);
  if (what === 'package') {
    const { folder, packages } = await buildPackage({ folder: join(repositoryRoot, 'dist') });
    await list(folder);
    console.log(`the app and ${packages.length} packages; to run it here: npm run host -- --app dist`);
  } else if (what === 'cli') {
    const folder = join(repositoryRoot, 'dist-cli');
    await buildCli({ folder });
    await list(folder);
  } else {
    console.error('usage: npm run build, or npm run build:cli');
    process.exitCode = 2;
  }
} catch (error) {
  exitWith(error);
}

async function list(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { size } = await stat(file);
    console.log(`${(size / 1024).toFixed(1).padStart(8)} KiB  ${relative(repositoryRoot, file)}`);
  }
}
