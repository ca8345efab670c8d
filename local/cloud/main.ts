/**
 * The process of the emulated Azure: `node local/cloud/main.ts --config <json file> --directory <dir>`.
 *
 * Prints `cloud ready` once everything listens. What a person has to mend is said in one sentence on stderr, with exit code 1.
 */
import { parseArgs } from 'node:util';
import { detectEngine } from '../containers/detect.ts';
import { startCloud } from './cloud.ts';
import { readConfig } from './config.ts';

const log = (service: string, message: string): void =>
  console.log(`${new Date().toISOString()} ${service}: ${message}`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, directory: { type: 'string' } } });
  const { config: file, directory } = values;
  if (!file || !directory) throw new Error('usage: node local/cloud/main.ts --config <json file> --directory <dir>');

  const config = await readConfig(file);
  const engine = await detectEngine({
    directory,
    instance: config.instance,
    log: (message: string) => log('containers', message),
  });
  const cloud = await startCloud({ config, directory, engine, log });
  console.log('cloud ready');

  const stop = (): void => {
    cloud.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** A stack is for our own mistakes: errors with a code are sentences for a person. */
function fail(error: unknown): never {
  const { code, message, stack } = error as Error & { code?: unknown };
  console.error(code === undefined ? (stack ?? message) : message);
  process.exit(1);
}

main().catch(fail);
