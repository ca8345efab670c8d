/**
 * Docker. The daemon and its store are shared with whoever else uses this machine, so everything is found by its label, also images.
 *
 * The daemon is named by `DOCKER_HOST`, since a login of our own (`DOCKER_CONFIG`) would hide the person's docker contexts.
 * Loopback registries need no setting: the daemon takes them as insecure by default
 * (https://docs.docker.com/reference/cli/dockerd/#insecure-registries).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandEngine, instanceLabel } from './command-engine.ts';
import type { Engine } from './engine.ts';
import { engineEnvironment } from './environment.ts';
import { runProcess } from './process.ts';
import { removeLabelled } from './remove-labelled.ts';

/** A daemon that does not answer within this time is taken as not there. */
const ANSWER_WITHIN_MS = 5_000;

export interface Docker {
  /** Where the daemon listens, such as `unix:///var/run/docker.sock`. */
  host: string;
}

/** The daemon of the person's current docker context, if one answers; else why not. */
export async function findDocker(): Promise<Docker | { problem: string }> {
  try {
    const host = process.env['DOCKER_HOST'] || (await currentContextHost());
    const answered = await docker(['version', '--format', '{{.Server.Version}}'], { DOCKER_HOST: host });
    // Podman's program of the same name has no server, and answers without a version.
    const isDaemon = answered.code === 0 && /^\d+\./.test(answered.stdout);
    return isDaemon ? { host } : { problem: answered.stderr.trim() || 'no daemon answers' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { problem: 'docker is not installed' };
    throw error;
  }
}

export async function dockerEngine(
  { host }: Docker,
  options: { directory: string; instance: string },
): Promise<Engine> {
  const { directory, instance } = options;
  const noLogin = join(directory, 'docker', 'no-login');
  await mkdir(noLogin, { recursive: true });
  await writeFile(join(noLogin, 'config.json'), '{}\n');
  const engine = commandEngine(
    {
      name: 'docker',
      program: 'docker',
      globalFlags: [],
      // As ACR Tasks build, and independent of a buildx plugin in the person's own configuration.
      environment: { ...engineEnvironment(), DOCKER_HOST: host, DOCKER_BUILDKIT: '0' },
      loginEnvironment: (folder) => ({ DOCKER_CONFIG: folder }),
      noLogin,
      imageLabels: [instanceLabel(instance)],
      forcedRemoval: [],
    },
    instance,
  );

  return {
    ...engine,
    async push(image, pushOptions) {
      const executed = await engine.exec(['push', image], pushOptions);
      const digest = /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(executed.stdout)?.[1];
      return { ...executed, ...(digest === undefined ? {} : { digest }) };
    },
    async ensureVolume({ name, folder, labels }) {
      await mkdir(folder, { recursive: true });
      const bind = ['type=none', 'o=bind', `device=${folder}`].flatMap((option) => ['--opt', option]);
      await engine.ok(['volume', 'create', ...bind, ...labels.flatMap((value) => ['--label', value]), name]);
      return folder;
    },
    async ensureNetwork() {
      if ((await engine.exec(['network', 'inspect', engine.network])).code === 0) return;
      await engine.ok(['network', 'create', engine.network]);
    },
    async createNetwork({ name, labels }) {
      await engine.ok(['network', 'create', ...labels.flatMap((label) => ['--label', label]), name]);
    },
    async removeAll(removeOptions = {}) {
      const { label = engine.label, images: alsoImages } = removeOptions;
      await removeLabelled(engine, { label, removeContainer: ['rm', '--force', '--volumes'] });
      if (!alsoImages) return;
      const images = await engine.ok(['images', '--all', '--quiet', '--filter', `label=${label}`]);
      const ids = [...new Set(images.split(/\s+/).filter((id) => id !== ''))];
      if (ids.length > 0) await engine.ok(['rmi', '--force', ...ids]);
    },
  };
}

async function currentContextHost(): Promise<string> {
  const shown = await docker(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], {});
  return shown.code === 0 ? shown.stdout.trim() : 'unix:///var/run/docker.sock';
}

const docker = (args: string[], environment: Record<string, string>) =>
  runProcess('docker', args, {
    environment: { ...engineEnvironment(), ...environment },
    timeoutMs: ANSWER_WITHIN_MS,
  });
