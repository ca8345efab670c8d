/**
 * The upstream of all who are measured: Debian's `docker-registry`, a process of its own, in plain http on this machine. It gives nothing
 * without a token, as public registries do, and its access log says what it was asked.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missing, until } from '../../local/demo/until.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

export interface BenchRegistry {
  /** `localhost:<port>` */
  host: string;
  tokens: TokenServer;
  /** What came since the last time it was asked, such as `{ 'HEAD 200': 1000 }`. */
  requests(): Record<string, number>;
  stop(): Promise<void>;
}

const READY_WITHIN_SECONDS = 15;

export async function startRegistry(): Promise<BenchRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-registry-'));
  const file = (name: string) => join(folder, name);
  const tokens = await startTokenServer();
  const port = await freePort();
  const host = `localhost:${port}`;
  writeFileSync(file('tokens.pem'), tokens.certificate);
  writeFileSync(
    file('config.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: file('storage') } },
      auth: {
        token: {
          realm: tokens.realm,
          service: tokens.service,
          issuer: tokens.issuer,
          rootcertbundle: file('tokens.pem'),
        },
      },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const log = openSync(file('access.log'), 'w');
  const child = spawn('docker-registry', ['serve', file('config.yml')], { stdio: ['ignore', log, 'ignore'] });
  closeSync(log);
  const discard = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', discard);
  process.once('SIGTERM', () => process.exit(1));
  process.once('SIGINT', () => process.exit(1));
  await once(child, 'spawn');
  await until(`docker-registry answers at ${host}`, () => answers(host), { withinSeconds: READY_WITHIN_SECONDS });

  let read = 0;
  return {
    host,
    tokens,
    requests() {
      const lines = readFileSync(file('access.log'), 'utf8').split('\n').slice(0, -1);
      const counts: Record<string, number> = {};
      for (const line of lines.slice(read)) {
        const [, method, status] = /"([A-Z]+) [^"]*" (\d{3}) /.exec(line) ?? [];
        if (method) counts[`${method} ${status}`] = (counts[`${method} ${status}`] ?? 0) + 1;
      }
      read = lines.length;
      return counts;
    },
    async stop() {
      await end(child);
      await tokens.stop();
      discard();
      process.off('exit', discard);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(host: string): Promise<true | ReturnType<typeof missing>> {
  try {
    const { status } = await fetch(`http://${host}/v2/`);
    return status === 401 ? true : missing(`status ${status}`);
  } catch (error) {
    return missing(String(error));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
