/**
 * Podman with a store, networks and settings of this instance's own, so that nothing of it meets what else podman does on this machine.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandEngine } from './command-engine.ts';
import type { Engine } from './engine.ts';
import { engineEnvironment } from './environment.ts';
import { podmanFiles, type PodmanFiles, type PodmanSettings } from './podman-files.ts';
import { runProcess } from './process.ts';
import { removeStore } from './podman-remove-store.ts';
import { removeLabelled } from './remove-labelled.ts';

export async function podmanEngine(
  settings: PodmanSettings,
  options: { directory: string; instance: string },
): Promise<Engine> {
  const files = await podmanFiles(settings, {
    directory: options.directory,
    network: `gated-import-${options.instance}`,
  });
  const engine = commandEngine(
    {
      name: 'podman',
      program: 'podman',
      globalFlags: files.globalFlags,
      environment: { ...engineEnvironment(), ...files.environment },
      loginEnvironment: (folder) => ({ REGISTRY_AUTH_FILE: join(folder, 'config.json') }),
      noLogin: files.noLogin,
      imageLabels: [],
      forcedRemoval: ['--time', '0'],
    },
    options.instance,
  );

  return {
    ...engine,
    async push(image, pushOptions) {
      const folder = await mkdtemp(join(tmpdir(), 'gated-import-push-'));
      const file = join(folder, 'digest');
      try {
        const executed = await engine.exec(['push', '--digestfile', file, image], pushOptions);
        return executed.code === 0 ? { ...executed, digest: await readFile(file, 'utf8') } : executed;
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    async ensureVolume({ name, labels }) {
      await engine.ok(['volume', 'create', ...labels.flatMap((label) => ['--label', label]), name]);
      return engine.ok(['volume', 'inspect', '--format', '{{.Mountpoint}}', name]);
    },
    async ensureNetwork() {
      const setup = { environment: files.setupEnvironment };
      if ((await engine.exec(['network', 'exists', engine.network], setup)).code === 0) return;
      await engine.ok(['network', 'create', '--disable-dns', engine.network], setup);
      await nameBridge(files, engine.network);
    },
    async createNetwork({ name, labels }) {
      await engine.ok(['network', 'create', ...labels.flatMap((label) => ['--label', label]), name]);
      await nameBridge(files, name);
    },
    async removeAll({ label = engine.label, images } = {}) {
      // The network of the instance is the default one, which podman does not remove: under these settings it is one like others.
      const setup = { environment: files.setupEnvironment };
      const removing = {
        exec: (command: string[]) => engine.exec(command, setup),
        ok: (command: string[]) => engine.ok(command, setup),
      };
      await removeLabelled(removing, { label, removeContainer: ['rm', '--force', '--volumes', '--time', '0'] });
      if (images) await removeStore(engine, files);
    },
  };
}

/** `undefined`: it is not installed. */
export async function podmanVersion(): Promise<string | undefined> {
  try {
    const { code, stdout } = await runProcess('podman', ['--version'], { environment: engineEnvironment() });
    return code === 0 ? stdout.trim() : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Podman names bridges by number, and two stores that know nothing of each other may choose the same one. */
async function nameBridge({ networks, bridgeOf }: PodmanFiles, network: string): Promise<void> {
  const file = join(networks, `${network}.json`);
  // With CNI instead of netavark there is no such file, and the name stays.
  if (!existsSync(file)) return;
  const definition = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...definition, network_interface: bridgeOf(network) }, undefined, 2));
}
