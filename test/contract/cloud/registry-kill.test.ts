import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trust } from '../../../local/trust.ts';
import { basic, type RegistryFixture } from './registry-fixture.ts';
import { image, pushImage } from './registry-images.ts';
import { freePort } from './services.ts';

const KILLS = 3;
const PUSHES_AT_ONCE = 12;
const ANSWERED_BEFORE_THE_KILL = 3;

let folder: string;
let port: number;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-kill-'));
  port = await freePort();
});
afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true });
});

/** Starts the registry of the folder, or starts it again. */
async function start(): Promise<Pick<RegistryFixture, 'call'>> {
  const program = join(import.meta.dirname, 'registry.child.ts');
  child = spawn(process.execPath, [program, folder, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('the child has no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { caFile, ...login } = JSON.parse(line) as { username: string; password: string; caFile: string };
  trust(caFile);
  return {
    call: (_, path, { as: _as, ...init } = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', basic(login));
      return fetch(new URL(path, `https://localhost:${port}`), { ...init, headers });
    },
  };
}

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const push = async (registry: Pick<RegistryFixture, 'call'>, tag: string): Promise<string> => {
  await pushImage(registry, 'base', { repository: 'killed', reference: tag, image: await image(tag) });
  return tag;
};

test('a push that was answered is whole after a kill, and one that was not is whole or absent', async () => {
  const answered = new Set<string>();
  const tried = new Set<string>();

  for (let round = 0; round < KILLS; round++) {
    const registry = await start();
    const tags = Array.from({ length: PUSHES_AT_ONCE }, (_, push) => `v${round}-${push}`);
    tags.forEach((tag) => tried.add(tag));
    const pushes = tags.map(async (tag) => {
      answered.add(await push(registry, tag));
      // The others are on their way then.
      if (answered.size >= (round + 1) * ANSWERED_BEFORE_THE_KILL) await kill();
    });
    await Promise.allSettled(pushes);
    await kill();
  }

  const registry = await start();
  const { tags } = (await (await registry.call('base', '/v2/killed/tags/list')).json()) as { tags: string[] };
  expect(answered.size).toBeGreaterThanOrEqual(KILLS * ANSWERED_BEFORE_THE_KILL);
  expect(answered.size).toBeLessThan(tried.size);
  expect(tags).toEqual(expect.arrayContaining([...answered]));
  expect([...tried]).toEqual(expect.arrayContaining(tags));
  for (const tag of tags) {
    const expected = await image(tag);
    const manifest = await registry.call('base', `/v2/killed/manifests/${tag}`);
    expect(Buffer.from(await manifest.arrayBuffer())).toEqual(expected.manifest.bytes);
    for (const { digest, bytes } of expected.blobs) {
      const blob = await registry.call('base', `/v2/killed/blobs/${digest}`);
      expect(Buffer.from(await blob.arrayBuffer())).toEqual(bytes);
    }
  }
});
