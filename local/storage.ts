/**
 * The storage accounts of the local runtime: Azurite, as a supervised child process, https with our certificate.
 *
 * It takes any token, whoever it is of: callers come in through the doors of the emulated Azure (`cloud/storage`), which asks their roles.
 *
 * Azurite writes its tables and blob lists to disk every five seconds and when it is told to end: it must be ended by SIGTERM and given the
 * time. When it is killed, or the machine loses power, the last five seconds are lost.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tls } from './cloud/world.ts';
import { checkPortsFree } from './ports.ts';
import { ChildFailed, supervise, type Child, type ChildOptions } from './processes/supervise.ts';

export interface StorageOptions extends Partial<Pick<ChildOptions, 'log' | 'onGivenUp' | 'crashLoop'>> {
  tls: Tls;
  directory: string;
  /** Their names. */
  accounts: [string, ...string[]];
  /** Without one for queues they have any. */
  ports: { blob: number; table: number; queue?: number };
}

/** Endpoints: of the first account. */
export interface Storage extends Child {
  tableEndpoint: string;
  blobEndpoint: string;
}

const READY_WITHIN_MS = 30_000;
const STOPS_WITHIN_MS = 10_000;

/** Throws `PortsInUse`, and `ChildFailed` when it does not start for another reason. */
export async function startStorage(options: StorageOptions): Promise<Storage> {
  const { tls, directory, accounts, ports, log = () => {}, onGivenUp = () => {}, crashLoop } = options;
  await mkdir(directory, { recursive: true });
  const cert = join(directory, 'server.pem');
  const key = join(directory, 'server-key.pem');
  await writeFile(cert, tls.cert);
  await writeFile(key, tls.key, { mode: 0o600 });

  const child = await supervise({
    name: 'the storage emulator (Azurite)',
    command: [
      createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
      ...['--location', join(directory, 'data'), '--cert', cert, '--key', key, '--oauth', 'basic'],
      ...['--blobPort', String(ports.blob), '--tablePort', String(ports.table)],
      ...['--queuePort', String(ports.queue ?? 0)],
      ...['--skipApiVersionCheck', '--disableTelemetry', '--silent'],
    ],
    environment: { AZURITE_ACCOUNTS: accounts.map((account) => `${account}:${keyOfNobody()}`).join(';') },
    // It starts one service after the other, and this one last.
    readyLine: /Azurite Table service is successfully listening/,
    readyWithinMs: READY_WITHIN_MS,
    stopsWithinMs: STOPS_WITHIN_MS,
    logFile: join(directory, 'azurite.log'),
    log,
    onGivenUp,
    ...(crashLoop && { crashLoop }),
  }).catch(async (error: unknown) => {
    if (error instanceof ChildFailed) {
      const { blob: azuriteBlobs, table: azuriteTables, queue: azuriteQueues } = ports;
      const all = { azuriteBlobs, azuriteTables, ...(azuriteQueues === undefined ? {} : { azuriteQueues }) };
      await checkPortsFree(all, { withinMs: 0 });
    }
    throw error;
  });
  return Object.assign(child, {
    tableEndpoint: `https://127.0.0.1:${ports.table}/${accounts[0]}`,
    blobEndpoint: `https://127.0.0.1:${ports.blob}/${accounts[0]}`,
  });
}

/** Azurite wants one for each account. Nobody is told it: whoever comes has a token. */
const keyOfNobody = (): string => randomBytes(64).toString('base64');
