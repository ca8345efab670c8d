/**
 * The ports of one local system: the fixed ones of `npm start`, or free ones for a demo or a test that runs beside it.
 *
 * Free ports lie below the range from which Linux gives ports to outgoing connections, so that a port that was chosen once is still free
 * when the system is started again.
 */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Ports {
  publicRegistry: number;
  quarantineRegistry: number;
  baseRegistry: number;
  teamRegistry: number;
  arm: number;
  identity: number;
  vault: number;
  gitVault: number;
  events: number;
  blobs: number;
  storageBlobs: number;
  storageQueues: number;
  storageTables: number;
  /** What stands behind those three, for the emulated Azure alone. */
  azuriteBlobs: number;
  azuriteQueues: number;
  azuriteTables: number;
  app: number;
}

export const fixedPorts: Ports = {
  publicRegistry: 5001,
  quarantineRegistry: 5002,
  baseRegistry: 5003,
  teamRegistry: 5004,
  arm: 9443,
  identity: 9480,
  vault: 9444,
  gitVault: 9447,
  events: 9445,
  blobs: 9446,
  storageBlobs: 10000,
  storageQueues: 10001,
  storageTables: 10002,
  azuriteBlobs: 10010,
  azuriteQueues: 10011,
  azuriteTables: 10012,
  app: 7071,
};

export class PortsInUse extends Error {
  readonly code = 'PortsInUse';
  readonly ports: number[];

  constructor(taken: [name: string, port: number][]) {
    const [first] = taken;
    const all = taken.map(([name, port]) => `${port} (${name})`).join(', ');
    super(
      `${taken.length === 1 ? `Port ${all} is` : `Ports ${all} are`} in use. Is gated-import running already? ` +
        `If not, stop what listens there (see: ss -ltnp 'sport = :${first?.[1]}').`,
    );
    this.ports = taken.map(([, port]) => port);
  }
}

const FIRST_FREE_PORT = 20_000;
const LAST_FREE_PORT = 32_000;
const CHECK_AGAIN_AFTER_MS = 250;

export async function chooseFreePorts(): Promise<Ports> {
  const names = Object.keys(fixedPorts) as (keyof Ports)[];
  const chosen = { ...fixedPorts };
  let port = FIRST_FREE_PORT + Math.floor(Math.random() * (LAST_FREE_PORT - FIRST_FREE_PORT - 20 * names.length));
  for (const name of names) {
    do port++;
    while (!(await isFree(port)));
    chosen[name] = port;
  }
  return chosen;
}

/** Throws `PortsInUse`, naming all of them. What has just been stopped gets `withinMs` to let go. */
export async function checkPortsFree(ports: Partial<Ports>, { withinMs }: { withinMs: number }): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const taken: [string, number][] = [];
    for (const [name, port] of Object.entries(ports)) if (!(await isFree(port))) taken.push([spaced(name), port]);
    if (taken.length === 0) return;
    if (Date.now() >= deadline) throw new PortsInUse(taken);
    await sleep(CHECK_AGAIN_AFTER_MS);
  }
}

const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    server.close();
  }
}
