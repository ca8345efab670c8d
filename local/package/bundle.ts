/**
 * Bundles a program of this repository with the packages that it needs.
 *
 * The format is ES modules, because packages of Azure ask for `import.meta.url` when they are loaded. Names of functions are kept. What does not
 * ship, such as a package for developers, is refused by name.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, formatMessages, type BuildFailure, type Message, type OutputFile } from 'esbuild';
import { repositoryRoot } from '../layout.ts';
import { packagesIn, refuseWhatDoesNotShip, type Lock } from './contents.ts';
import { notices } from './notices.ts';

export class NotBuilt extends Error {
  readonly code = 'NotBuilt';
}

export interface BundleOptions {
  /** The program, from the root of the repository. */
  entry: string;
  file: string;
  /** The oldest Node that it has to run on. */
  node: number;
  /** The folders that it may be made from, each ending in a slash. */
  from: string[];
  /** `linked`: a file beside the bundle, which the bundle names. */
  sourceMap: 'linked' | 'none';
  /** Before everything else. */
  firstLine?: string;
}

export interface Bundle {
  files: OutputFile[];
  /** The packages from npm that are in it, such as `node_modules/zod`. */
  packages: string[];
  /** Their licences. */
  notices: string;
}

/** The worker answers for the first. `debug` looks for the second, which the tools of developers bring, and does without. */
const OUTSIDE = ['@azure/functions-core', 'supports-color'];
/** Packages that are no ES modules ask for the modules of Node in this way. */
const REQUIRE = `import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);`;

/** Writes nothing. Throws `NotBuilt`. */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { outputFiles, inputs } = await run(options);
  const lock = JSON.parse(await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8')) as Lock;
  const problems = refuseWhatDoesNotShip(inputs, { from: options.from, lock });
  if (problems.length > 0) throw new NotBuilt(problems.join('\n'));
  const packages = packagesIn(inputs);
  return { files: outputFiles, packages, notices: await notices(packages, { root: repositoryRoot, lock }) };
}

async function run({ entry, file, node, sourceMap, firstLine }: BundleOptions) {
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: repositoryRoot,
    entryPoints: [entry],
    outfile: file,
    write: false,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: `node${node}`,
    external: OUTSIDE,
    banner: { js: firstLine === undefined ? REQUIRE : `${firstLine}\n${REQUIRE}` },
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    sourcemap: sourceMap === 'none' ? false : sourceMap,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
  }).catch(async (error: unknown) => {
    throw isBuildFailure(error) ? await notBuilt(error.errors) : error;
  });
  // Each would be an error where the bundle runs, and nowhere before.
  if (warnings.length > 0) throw await notBuilt(warnings);
  return { outputFiles, inputs: Object.keys(metafile.inputs) };
}

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error;

const notBuilt = async (messages: Message[]): Promise<NotBuilt> =>
  new NotBuilt((await formatMessages(messages, { kind: 'error' })).join('\n'));
