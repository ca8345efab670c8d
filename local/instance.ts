/**
 * One local system on this machine: its folder, its name, its ports, and the secrets its processes know each other by.
 *
 * All of it is remembered in `<directory>/instance.json`, so that a system that is started again is the same one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chooseFreePorts, fixedPorts, type Ports } from './ports.ts';

export interface Instance {
  /** `[a-z0-9-]`, the same for a directory at every start: part of the names of its containers and networks. */
  name: string;
  /** Absolute. */
  directory: string;
  ports: Ports;
  /** The first three numbers of the addresses its container groups get. */
  addresses: string;
  /** What each managed identity is known by at the identity endpoint: the app's, that of container groups, the one that provisions, the author of the policy's. */
  identityHeaders: { app: string; pull: string; provisioner: string; author: string };
}

type Remembered = Pick<Instance, 'ports' | 'addresses' | 'identityHeaders'>;

/** Its ledger, and what its identities are called by, lie where this version does not look. */
export class MadeByEarlierVersion extends Error {
  readonly code = 'MadeByEarlierVersion';

  constructor(directory: string) {
    super(
      `${directory} was made by an earlier version, which kept its ledger under another name. ` +
        'Let "npm run reset" forget it, or take another directory.',
    );
  }
}

/** Throws `MadeByEarlierVersion`. */
export async function openInstance(options: {
  directory: string;
  ports: 'fixed' | 'free';
  addresses?: string | undefined;
}): Promise<Instance> {
  const remembered = await rememberedInstance(options.directory);
  if (remembered && !('author' in remembered.identityHeaders)) throw new MadeByEarlierVersion(remembered.directory);
  return remembered ?? (await makeInstance(options));
}

/** `undefined`: there never was one in this directory. */
export async function rememberedInstance(directory: string): Promise<Instance | undefined> {
  try {
    const remembered = JSON.parse(await readFile(fileIn(directory), 'utf8')) as Remembered;
    // One that an older version made has fewer.
    const ports = { ...fixedPorts, ...remembered.ports };
    return { name: instanceName(directory), directory: resolve(directory), ...remembered, ports };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Known without looking, so that what a lost directory left behind can still be found. */
export const instanceName = (directory: string): string =>
  `gi-${createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 8)}`;

async function makeInstance(options: Parameters<typeof openInstance>[0]): Promise<Instance> {
  const fixed = options.ports === 'fixed';
  const chosen: Remembered = {
    ports: fixed ? fixedPorts : await chooseFreePorts(),
    // 127.0.0 is the machine's own, 127.0.1 that of `npm start`.
    addresses: options.addresses ?? (fixed ? '127.0.1' : `127.0.${2 + Math.floor(Math.random() * 249)}`),
    identityHeaders: { app: secret(), pull: secret(), provisioner: secret(), author: secret() },
  };
  await mkdir(options.directory, { recursive: true });
  await writeFile(fileIn(options.directory), JSON.stringify(chosen, undefined, 2), { mode: 0o600 });
  return { name: instanceName(options.directory), directory: resolve(options.directory), ...chosen };
}

const secret = (): string => randomBytes(16).toString('hex');
const fileIn = (directory: string): string => join(directory, 'instance.json');
