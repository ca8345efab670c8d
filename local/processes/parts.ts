/** Two of the processes that are kept running, the emulated Azure and the host with the app; the third is in `storage.ts`. */
import { join } from 'node:path';
import { repositoryRoot } from '../layout.ts';
import { supervise, type Child, type ChildOptions } from './supervise.ts';

type Common = Pick<ChildOptions, 'log' | 'logFile' | 'onGivenUp' | 'crashLoop'>;

const CLOUD_READY_WITHIN_MS = 60_000;
const HOST_READY_WITHIN_MS = 30_000;

export const startCloud = (options: Common & { config: string; directory: string }): Promise<Child> =>
  supervise({
    ...options,
    name: 'the emulated Azure',
    command: [
      join(repositoryRoot, 'local', 'cloud', 'main.ts'),
      ...['--config', options.config, '--directory', options.directory],
    ],
    environment: {},
    readyLine: /^cloud ready/m,
    readyWithinMs: CLOUD_READY_WITHIN_MS,
  });

export const startHost = (
  options: Common & { app: string; port: number; database: string; people: string; settings: Record<string, string> },
): Promise<Child> =>
  supervise({
    ...options,
    name: 'the app',
    command: [
      join(repositoryRoot, 'local', 'host', 'main.ts'),
      ...['--app', options.app, '--port', String(options.port), '--database', options.database],
      ...['--people', options.people],
    ],
    environment: options.settings,
    readyLine: /^host ready/m,
    readyWithinMs: HOST_READY_WITHIN_MS,
  });
