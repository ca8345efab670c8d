/**
 * Finds the container engine of this machine: docker if a daemon answers, else podman with the settings that work here.
 *
 * What was found is kept in `<directory>/engine.json`: trying takes seconds, and a store made by one storage driver refuses another.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dockerEngine, findDocker } from './docker.ts';
import type { Engine } from './engine.ts';
import { NoContainerEngine } from './errors.ts';
import type { PodmanSettings } from './podman-files.ts';
import { podmanEngine, podmanVersion } from './podman.ts';
import { probe } from './probe.ts';

export interface DetectOptions {
  /** Where the instance keeps its state. */
  directory: string;
  /** Name of the instance, `[a-z0-9-]`. */
  instance: string;
  log: (message: string) => void;
}

const found = z.discriminatedUnion('engine', [
  z.object({ engine: z.literal('docker'), host: z.string() }),
  z.object({
    engine: z.literal('podman'),
    version: z.string(),
    settings: z.object({
      storageDriver: z.enum(['overlay', 'vfs']),
      runtime: z.enum(['default', 'runc', 'crun']),
      ulimits: z.enum(['default', 'small']),
      isolation: z.enum(['oci', 'chroot']),
    }),
  }),
]);
type Found = z.infer<typeof found>;

/** The best first: a setting less is tried only when what comes before it does not work. */
const CANDIDATES: PodmanSettings[] = (['overlay', 'vfs'] as const).flatMap((storageDriver) =>
  (['oci', 'chroot'] as const).flatMap((isolation) =>
    (['default', 'runc', 'crun'] as const).flatMap((runtime) =>
      (['default', 'small'] as const).map((ulimits) => ({ storageDriver, runtime, ulimits, isolation })),
    ),
  ),
);

/** Throws `NoContainerEngine`. The network of the instance is there when it answers. */
export async function detectEngine(options: DetectOptions): Promise<Engine> {
  await mkdir(options.directory, { recursive: true });
  const file = join(options.directory, 'engine.json');
  const known = await remembered(file);
  const engine = known && (await stillThere(known)) ? await engineOf(known, options) : await find(options, file);
  await engine.ensureNetwork();
  return engine;
}

async function find(options: DetectOptions, file: string): Promise<Engine> {
  const remember = async (value: Found): Promise<Engine> => {
    await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
    return engineOf(value, options);
  };
  const docker = await findDocker();
  if (!('problem' in docker)) {
    options.log(`docker answers at ${docker.host}`);
    return remember({ engine: 'docker', host: docker.host });
  }
  const tried = [`docker: ${docker.problem}`];
  const version = await podmanVersion();
  if (version === undefined) throw new NoContainerEngine([...tried, 'podman: it is not installed']);
  for (const settings of CANDIDATES) {
    const problem = await probe(await podmanEngine(settings, options));
    if (problem === undefined) {
      options.log(`${version} works with ${said(settings)}`);
      return remember({ engine: 'podman', version, settings });
    }
    tried.push(`podman with ${said(settings)}: ${problem}`);
  }
  throw new NoContainerEngine(tried);
}

/** A file that cannot be read as what we write is as good as none. */
async function remembered(file: string): Promise<Found | undefined> {
  try {
    return found.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function stillThere(known: Found): Promise<boolean> {
  if (known.engine === 'podman') return (await podmanVersion()) === known.version;
  const docker = await findDocker();
  return 'host' in docker && docker.host === known.host;
}

const engineOf = (value: Found, options: DetectOptions): Promise<Engine> =>
  value.engine === 'docker' ? dockerEngine(value, options) : podmanEngine(value.settings, options);

const said = ({ storageDriver, runtime, ulimits, isolation }: PodmanSettings): string =>
  `storage ${storageDriver}, runtime ${runtime}, ulimits ${ulimits}, build isolation ${isolation}`;
