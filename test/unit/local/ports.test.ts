import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { checkPortsFree, chooseFreePorts, PortsInUse } from '../../../local/ports.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test('chooses ports that are free and all different', async () => {
  const ports = await chooseFreePorts();

  expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length);
  await checkPortsFree(ports, { withinMs: 0 });
});

test('names every port that is taken, and what it is needed for, in one sentence', async () => {
  const ports = await chooseFreePorts();
  await listen(ports.publicRegistry);
  await listen(ports.app);

  const refusal = await checkPortsFree(ports, { withinMs: 0 }).catch((error: unknown) => error as PortsInUse);

  expect(refusal).toBeInstanceOf(PortsInUse);
  expect(refusal?.ports).toEqual([ports.publicRegistry, ports.app]);
  expect(refusal?.message).toContain(`Ports ${ports.publicRegistry} (public registry), ${ports.app} (app) are in use.`);
});

test('waits for what has just been stopped to let go', async () => {
  const ports = await chooseFreePorts();
  const server = await listen(ports.vault);

  const checked = checkPortsFree(ports, { withinMs: 4_000 });
  server.close();

  await expect(checked).resolves.toBeUndefined();
});

async function listen(port: number): Promise<Server> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
