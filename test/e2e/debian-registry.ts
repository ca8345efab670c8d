/**
 * A registry that is not ours: Debian's `docker-registry`, in plain http on this machine, pushed to by the real `skopeo`.
 *
 * It can be stopped and started again at the same address with what it had.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { missing, until } from '../../local/demo/until.ts';
import { chooseFreePorts } from '../../local/ports.ts';
import { writeLayout, type Image } from './oci-layout.ts';

export interface DebianRegistry {
  /** `localhost:<port>` */
  host: string;
  /** Moves a tag, such as `library/node:22`; answers the digest. */
  push(repositoryAndTag: string, image: Image): Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and forgets what it had. */
  destroy(): Promise<void>;
}

const READY_WITHIN_SECONDS = 15;

export async function startDebianRegistry(): Promise<DebianRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-debian-registry-'));
  const { publicRegistry: port } = await chooseFreePorts();
  const host = `localhost:${port}`;
  await mkdir(join(folder, 'storage'));
  await writeFile(
    join(folder, 'config.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  let child: ChildProcess | undefined;

  const registry: DebianRegistry = {
    host,
    async start() {
      child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
      await once(child, 'spawn');
      await until(`docker-registry answers at ${host}`, () => answers(host), { withinSeconds: READY_WITHIN_SECONDS });
    },
    async stop() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async destroy() {
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    },
    async push(repositoryAndTag, image) {
      const layout = await mkdtemp(join(folder, 'layout-'));
      await writeLayout(layout, image);
      await skopeo(
        'copy',
        '--all',
        '--preserve-digests',
        '--dest-tls-verify=false',
        `oci:${layout}`,
        at(host, repositoryAndTag),
      );
      return image.digest;
    },
  };
  await registry.start();
  return registry;
}

const run = promisify(execFile);
const skopeo = (...command: string[]) => run('skopeo', ['--insecure-policy', ...command]);
const at = (host: string, repositoryAndTag: string): string => `docker://${host}/${repositoryAndTag}`;

async function answers(host: string): Promise<true | ReturnType<typeof missing>> {
  try {
    const { status } = await fetch(`http://${host}/v2/`);
    return status === 200 ? true : missing(`status ${status}`);
  } catch (error) {
    return missing(String(error));
  }
}
