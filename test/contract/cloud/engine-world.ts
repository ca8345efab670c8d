/** A world with a real engine, for the services of the emulated Azure that run containers, and the smallest image that has a shell. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../../../local/clock.ts';
import { openStore } from '../../../local/cloud/store.ts';
import { openTls } from '../../../local/cloud/tls.ts';
import type { CloudConfig, World } from '../../../local/cloud/world.ts';
import { detectEngine } from '../../../local/containers/detect.ts';
import type { Engine } from '../../../local/containers/engine.ts';
import { findBusybox } from '../../../local/setup/busybox.ts';
import { trust } from '../azure/local-tls.ts';
import { app } from './services.ts';

export const SUBSCRIPTION = '33333333-3333-4333-8333-333333333333';

export interface EngineWorld {
  world: World;
  engine: Engine;
  /** What services and the engine logged: `service: message`. */
  logged: string[];
  close(): Promise<void>;
}

export async function openEngineWorld(
  config: Pick<CloudConfig, 'instance' | 'ports' | 'registries' | 'addresses' | 'runnerImage'>,
): Promise<EngineWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-engine-'));
  const logged: string[] = [];
  const log = (service: string, message: string) => void logged.push(`${service}: ${message}`);
  const engine = await detectEngine({
    directory: join(directory, 'containers'),
    instance: config.instance,
    log: (message) => log('engine', message),
  });
  const world: World = {
    config: {
      ...config,
      subscription: SUBSCRIPTION,
      tenant: '44444444-4444-4444-8444-444444444444',
      location: 'westeurope',
      vaults: [],
      principals: [app],
    },
    directory,
    store: openStore(join(directory, 'cloud.db')),
    clock: realClock,
    engine,
    tls: await openTls({ folder: join(directory, 'tls') }),
    log,
  };
  trust(await readFile(world.tls.caFile, 'utf8'));
  return {
    ...{ world, engine, logged },
    async close() {
      world.store.close();
      await engine.removeAll({ images: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Of an image in which everything is busybox, and that does this when nothing else is said. */
export const busyboxDockerfile = (command: string): string => `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "/bin"]
ENV PATH=/bin
CMD ["/bin/sh", "-c", "${command}"]
`;

/** Builds in a folder in which busybox is. */
export async function buildImage(
  engine: Engine,
  { image, dockerfile, login }: { image: string; dockerfile: string; login?: string },
): Promise<void> {
  const busybox = findBusybox();
  if (!busybox) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  const context = await mkdtemp(join(tmpdir(), 'gated-import-build-'));
  await writeFile(join(context, 'Dockerfile'), dockerfile);
  await cp(busybox, join(context, 'busybox'));
  const options = { timeoutMs: 60_000, ...(login === undefined ? {} : { login }) };
  await engine.ok(['build', '--tag', image, context], options);
  await rm(context, { recursive: true });
}
