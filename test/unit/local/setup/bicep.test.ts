/** A machine without the Bicep CLI is told how to get it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BICEP_VERSION, BicepMissing, ensureBicep, findBicep } from '../../../../local/setup/bicep.ts';

const VARIABLES = ['PATH', 'XDG_CACHE_HOME'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

let empty: string;
beforeEach(async () => {
  empty = await mkdtemp(join(tmpdir(), 'gated-import-bicep-'));
  for (const name of VARIABLES) process.env[name] = empty;
});
afterEach(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(empty, { recursive: true });
});

test('says which version is missing, and where it is', () => {
  expect(() => findBicep()).toThrow(BicepMissing);
  expect(() => findBicep()).toThrow(
    `The Bicep CLI ${BICEP_VERSION} is needed for the templates in infra/. It is not there.`,
  );
});

describe('where NuGet', () => {
  let server: Server;
  let answer: { status: number; body: string };
  beforeEach(async () => {
    server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const packages = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  test.each([
    ['has no such package', { status: 404, body: '' }, /nupkg did not give it: it answered 404\. Put bicep /],
    [
      'gives another one than was published',
      { status: 200, body: 'PK' },
      /it has another SHA-512 than was published: [0-9a-f]{128}\. Put bicep /,
    ],
  ])('%s, says so and what to do, and keeps nothing of it', async (_, given, says) => {
    answer = given;

    await expect(ensureBicep({ packages: packages() })).rejects.toThrow(says);

    expect(() => findBicep()).toThrow('It is not there.');
    expect(await readdir(empty, { recursive: true })).not.toContainEqual(expect.stringMatching(/zip|bicep$|part/));
  });

  test('cannot be reached, says so and what to do', async () => {
    await expect(ensureBicep({ packages: 'http://127.0.0.1:1' })).rejects.toThrow(
      /did not give it: fetch failed: .+ Put bicep /,
    );
  });
});
