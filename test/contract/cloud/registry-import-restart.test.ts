import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { image, OCI_MANIFEST, type Image } from './registry-images.ts';
import { eventually } from './services.ts';

let registry: RegistryFixture;
let source: Slow;
let one: Image;

interface Slow {
  host: string;
  /** How often a blob was asked for. */
  asked(): number;
  /** From now on blobs are answered; until then a request for one just waits. */
  release(): void;
  close(): Promise<void>;
}

beforeEach(async () => {
  one = await image('slow');
  registry = await startRegistries();
  source = await startSlow(one);
});
afterEach(async () => {
  await registry.close();
  await source.close();
});

/** A registry without any login, over plain http, whose blobs take as long as the test wants. */
async function startSlow({ manifest, blobs }: Image): Promise<Slow> {
  let released = false;
  let asked = 0;
  const server: Server = createServer((request, response) => {
    if (request.url?.includes('/manifests/')) {
      return void response.setHeader('content-type', OCI_MANIFEST).end(manifest.bytes);
    }
    asked++;
    const blob = blobs.find(({ digest }) => request.url?.endsWith(digest));
    if (released) response.end(blob?.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    host: `localhost:${port}`,
    asked: () => asked,
    release: () => void (released = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Starts an import that hangs in its first blob, and answers the path of its operation. */
async function startImport(credentials?: { username: string; password: string }): Promise<string> {
  const response = await registry.callArm(`${registry.resourceId('team')}/importImage?api-version=2025-11-01`, {
    method: 'POST',
    body: JSON.stringify({
      source: { registryUri: source.host, sourceImage: `slow@${one.manifest.digest}`, credentials },
      targetTags: ['slow:v1'],
    }),
  });
  await eventually(() => (source.asked() > 0 ? true : undefined));
  const { pathname, search } = new URL(response.headers.get('location') ?? '');
  return pathname + search;
}

const ended = (operation: string) =>
  eventually(async () => {
    const poll = await registry.callArm(operation);
    return poll.status === 202 ? undefined : poll;
  });

test('an import that a crash cut off goes on after the restart', async () => {
  const operation = await startImport();
  registry = await registry.restart();

  source.release();
  const end = await ended(operation);

  expect(end.status).toBe(200);
  const pulled = await registry.call('team', '/v2/slow/manifests/v1');
  expect(pulled.headers.get('docker-content-digest')).toBe(one.manifest.digest);
});

test('an import that had credentials ends failed after a crash, since they are not kept', async () => {
  const operation = await startImport({ username: 'someone', password: 'a-password-of-the-source' });
  registry = await registry.restart();

  source.release();
  const end = await ended(operation);

  expect(end.status).toBe(400);
  expect(await end.json()).toMatchObject({ error: { code: 'OperationInterrupted' }, status: 'Failed' });
  const stored = registry.world.store.collection('registry.imports').entries();
  expect(JSON.stringify(stored)).not.toContain('a-password-of-the-source');
});

test('an import that ended before the restart is still answered', async () => {
  source.release();
  const operation = await startImport();
  await ended(operation);

  registry = await registry.restart();
  const poll = await registry.callArm(operation);

  expect(poll.status).toBe(200);
  expect(await poll.json()).toEqual({ status: 'Succeeded' });
});
