/** The app of the system on the local host, with the settings of this process: started, stopped, and started again. */
import { startHost, type Host } from '../../../../local/host/start-host.ts';
import { repositoryRoot } from '../../../../local/layout.ts';
import type { OneClock } from '../../faults/one-clock.ts';

export interface AppOnHost {
  readonly url: string;
  /** Throws what the host says when it does not start. */
  start(): Promise<void>;
  /** May be stopped already. */
  stop(): Promise<void>;
  settle(): Promise<void>;
}

/** `warned`: by which function, and of what. */
export function appOnHost(options: { port: number; clock: OneClock; warned: (line: string) => void }): AppOnHost {
  const { port, clock, warned } = options;
  let host: Host | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      host = await startHost({
        ...{ appFolder: repositoryRoot, port, database: ':memory:', clock },
        log({ level, message, functionName }) {
          if (level === 'error' || level === 'warning') warned(`${functionName ?? 'host'}: ${message}`);
        },
      });
    },
    async stop() {
      const running = host;
      host = undefined;
      await running?.stop({ graceMs: 1_000 });
    },
    settle: async () => host?.settle(),
  };
}
