/**
 * The two images that must be there before anything can be built: the base of all, and the runner of checks. Both are a static busybox on
 * nothing, so that the whole walkthrough works without the internet.
 *
 * The runner is a docker client with a shell in Azure; the local cloud gives a step of that image a docker client of its own.
 */
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registriesOf, runnerImage } from '../azure.ts';
import type { Engine } from '../containers/engine.ts';
import type { Instance } from '../instance.ts';
import { findBusybox } from '../setup/busybox.ts';
import type { Login } from './logins.ts';

const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

export interface SeedImages {
  instance: Instance;
  engine: Engine;
  /** Folder with the Dockerfile of the base image. */
  dockerfileFolder: string;
  logins: { public: Login; quarantine: Login };
  log: (line: string) => void;
}

export async function ensureSeedImages({ instance, engine, dockerfileFolder, logins, log }: SeedImages): Promise<void> {
  const registries = registriesOf(instance);
  const wanted = [
    { registry: registries.public, login: logins.public, image: `${registries.public.host}/busybox:1.36` },
    { registry: registries.quarantine, login: logins.quarantine, image: runnerImage(instance) },
  ];
  for (const { registry, login, image } of wanted) {
    if (await exists(image, login)) continue;
    log(`building ${image}`);
    await buildAndPush({ engine, dockerfileFolder, image, host: registry.host, login });
  }
}

async function exists(image: string, login: Login): Promise<boolean> {
  const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
  const answer = await fetch(`https://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: {
      accept: MANIFEST_TYPES.join(', '),
      authorization: `Basic ${basic(login)}`,
    },
  });
  if (answer.status !== 200 && answer.status !== 404) throw new Error(`HEAD ${image} was answered ${answer.status}`);
  return answer.status === 200;
}

/** `edition`: a label, so that it is another image though there is nothing else new in it. */
export async function buildAndPush(options: {
  engine: Engine;
  dockerfileFolder: string;
  image: string;
  host: string;
  login: Login;
  edition?: string;
  /** Build arguments. */
  arguments?: Record<string, string>;
}): Promise<void> {
  const { engine, dockerfileFolder, image, host, login, edition } = options;
  const busybox = findBusybox();
  if (busybox === undefined) {
    throw new Error('there is no static busybox on this machine; on Debian: apt-get install busybox-static');
  }
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-base-'));
  try {
    const context = join(folder, 'context');
    await cp(dockerfileFolder, context, { recursive: true });
    await copyFile(busybox, join(context, 'busybox'));
    const label = edition === undefined ? [] : ['--label', `edition=${edition}`];
    const given = Object.entries(options.arguments ?? {}).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
    await engine.ok(['build', '--tag', image, ...label, ...given, context]);
    const loginFolder = join(folder, 'login');
    await mkdir(loginFolder);
    await writeFile(join(loginFolder, 'config.json'), JSON.stringify({ auths: { [host]: { auth: basic(login) } } }));
    const pushed = await engine.push(image, { login: loginFolder });
    if (pushed.code !== 0) throw new Error(`${image} could not be pushed: ${pushed.stderr.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const basic = ({ username, password }: Login): string => Buffer.from(`${username}:${password}`).toString('base64');
