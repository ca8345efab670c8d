/** What the Bicep CLI makes of the templates in a folder such as `infra/`. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { subscription, tenant } from '../azure.ts';
import { bicepEnvironment, findBicep } from './bicep.ts';

const run = promisify(execFile);

/** Where the examples are evaluated, so that a snapshot is the same on every machine. */
const SETTINGS = [
  ...['--subscription-id', subscription, '--tenant-id', tenant],
  ...['--location', 'westeurope', '--deployment-name', 'gated-import'],
];

/** The names of the examples. */
export async function examplesIn(folder: string): Promise<string[]> {
  const files = await readdir(join(folder, 'examples'));
  const end = '.bicepparam';
  return files.filter((file) => file.endsWith(end)).map((file) => file.slice(0, -end.length));
}

/** Writes `examples/<name>.snapshot.json`: the resources that Azure would be asked for. */
export async function takeSnapshot(folder: string, example: string): Promise<void> {
  await bicep(folder, ['snapshot', join('examples', `${example}.bicepparam`), '--mode', 'overwrite', ...SETTINGS]);
  const file = join(folder, 'examples', `${example}.snapshot.json`);
  const snapshot = JSON.parse(await readFile(file, 'utf8')) as { outputs: Record<string, unknown> };
  // The CLI writes outputs in another order each time.
  const outputs = Object.entries(snapshot.outputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(file, `${JSON.stringify({ ...snapshot, outputs: Object.fromEntries(outputs) }, undefined, 2)}\n`);
}

/** Answers all that the CLI says; nothing when nothing is wrong. Throws on errors. */
export async function bicep(folder: string, args: string[], variables: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await run(findBicep(), args, {
    cwd: folder,
    env: { ...process.env, ...bicepEnvironment, ...variables },
  });
  return stdout + stderr;
}
