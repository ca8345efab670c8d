/**
 * The folders and configuration files of a podman of our own: store, networks, locks and settings apart from those of the person who runs
 * it and of other instances.
 *
 * Settings are in files, not flags, so that every command and every program started by one has them, also builds.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PodmanSettings {
  storageDriver: 'overlay' | 'vfs';
  /** `default`: what podman chooses. */
  runtime: 'default' | 'runc' | 'crun';
  /** `small`: with limits that a container may always be given; without, podman's own, which need a privilege that some machines lack. */
  ulimits: 'default' | 'small';
  /** How `RUN` is isolated in a build. `chroot` needs no runtime. */
  isolation: 'oci' | 'chroot';
}

export interface PodmanFiles {
  globalFlags: string[];
  environment: Record<string, string>;
  /** The same without the instance's network as the default: podman neither makes nor removes its default network by name. */
  setupEnvironment: Record<string, string>;
  networks: string;
  /** Store folder and run folder, to be taken down in the end. */
  root: string;
  runFolder: string;
  noLogin: string;
  /** Name of a network's bridge; an interface name has 15 characters at most. */
  bridgeOf: (network: string) => string;
}

export async function podmanFiles(
  settings: PodmanSettings,
  options: { directory: string; network: string },
): Promise<PodmanFiles> {
  const home = join(options.directory, 'podman');
  const hashOf = (network: string) => createHash('sha256').update(`${home}\n${network}`).digest();
  const hash = hashOf(options.network);
  const short = (bytes: Buffer) => bytes.toString('hex').slice(0, 8);
  const files = {
    root: join(home, `store-${settings.storageDriver}`),
    networks: join(home, 'networks'),
    noLogin: join(home, 'no-login'),
    runFolder: join(runBase(), `gi-${short(hash)}`),
    bridgeOf: (network: string) => `gi-${short(hashOf(network))}`,
  };
  for (const folder of [files.root, files.networks, files.noLogin]) await mkdir(folder, { recursive: true });
  await ensurePrivateFolder(files.runFolder);

  const configuration = join(home, 'containers.conf');
  const setup = join(home, 'setup.conf');
  const registries = join(home, 'registries.conf');
  await writeFile(join(files.noLogin, 'config.json'), '{}\n');
  await writeFile(configuration, containersConf(settings, { pool: subnetPool(hash), network: options.network }));
  await writeFile(setup, containersConf(settings, { pool: subnetPool(hash) }));
  await writeFile(registries, `${await ownRegistries()}${LOOPBACK_REGISTRIES}`);

  const environment = {
    CONTAINERS_REGISTRIES_CONF: registries,
    BUILDAH_ISOLATION: settings.isolation,
    // What docker builds, and so what ACR Tasks build.
    BUILDAH_FORMAT: 'docker',
  };
  return {
    ...files,
    globalFlags: [
      ...['--root', files.root, '--runroot', join(files.runFolder, 'r'), '--tmpdir', join(files.runFolder, 't')],
      ...['--storage-driver', settings.storageDriver, '--network-config-dir', files.networks],
    ],
    environment: { ...environment, CONTAINERS_CONF: configuration },
    setupEnvironment: { ...environment, CONTAINERS_CONF: setup },
  };
}

/** Socket paths below it may have 108 bytes (unix(7)), so it is short. */
function runBase(): string {
  if (process.getuid?.() === 0 && existsSync('/run')) return '/run';
  return process.env['XDG_RUNTIME_DIR'] ?? tmpdir();
}

/** In a folder that everybody writes to, a folder with our name may be somebody else's. */
async function ensurePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || (process.getuid && found.uid !== process.getuid())) {
    throw new Error(`${folder} belongs to somebody else, and podman's run folder is to be there; remove it`);
  }
}

function containersConf(settings: PodmanSettings, options: { pool: string; network?: string }): string {
  return [
    '[containers]',
    // A proxy's address may hold a password; podman would hand it to every container.
    'http_proxy = false',
    ...(settings.ulimits === 'small' ? ['default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]'] : []),
    '[engine]',
    ...(settings.runtime === 'default' ? [] : [`runtime = "${settings.runtime}"`]),
    'cgroup_manager = "cgroupfs"',
    'events_logger = "file"',
    // Locks in shared memory are shared by every podman of a user, whatever its store, and a fresh store frees them all.
    'lock_type = "file"',
    '[network]',
    ...(options.network === undefined ? [] : [`default_network = "${options.network}"`]),
    `default_subnet_pools = [{ "base" = "${options.pool}", "size" = 24 }]`,
    '',
  ].join('\n');
}

/** A range of 16 networks of our own among 2560, so that instances side by side do not give out the same addresses. */
function subnetPool(hash: Buffer): string {
  const second = 96 + (hash.readUInt8(0) % 160);
  return `10.${second}.${(hash.readUInt8(1) % 16) * 16}.0/20`;
}

/** The person's registry settings (mirrors, blocked hosts) stay in force; version 1 files cannot be added to and are left out. */
async function ownRegistries(): Promise<string> {
  for (const file of [join(homedir(), '.config/containers/registries.conf'), '/etc/containers/registries.conf']) {
    if (!existsSync(file)) continue;
    const text = await readFile(file, 'utf8');
    if (/^\s*\[registries\./m.test(text)) continue;
    // A bare name is an image of Docker Hub, as for docker.
    return /^\s*unqualified-search-registries/m.test(text) ? `${text}\n` : `${DOCKER_HUB}${text}\n`;
  }
  return DOCKER_HUB;
}

const DOCKER_HUB = 'unqualified-search-registries = ["docker.io"]\n';
const LOOPBACK_REGISTRIES = ['localhost', '127.0.0.1']
  .map((host) => `[[registry]]\nprefix = "${host}"\nlocation = "${host}"\ninsecure = true\n`)
  .join('');
