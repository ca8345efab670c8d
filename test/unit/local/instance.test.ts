import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cloudConfig } from '../../../local/azure.ts';
import { openInstance, rememberedInstance } from '../../../local/instance.ts';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'gated-import-instance-'))));
afterEach(() => rm(directory, { recursive: true }));

test('is the same system when it is started again in its directory', async () => {
  const first = await openInstance({ directory, ports: 'free' });

  const again = await openInstance({ directory, ports: 'free' });

  expect(again).toEqual(first);
});

test('of an earlier version, whose ledger would not be found, is not opened', async () => {
  const { ports, addresses } = await openInstance({ directory, ports: 'free' });
  const earlier = { ports, addresses, identityHeaders: { app: 'a', pull: 'b', provisioner: 'c' } };
  await writeFile(join(directory, 'instance.json'), JSON.stringify(earlier));

  await expect(openInstance({ directory, ports: 'free' })).rejects.toThrow(
    `${directory} was made by an earlier version, which kept its ledger under another name. Let "npm run reset" forget it`,
  );
  expect(await rememberedInstance(directory)).toMatchObject({ ports });
});

test('is another system in another directory', async () => {
  const one = await openInstance({ directory: join(directory, 'one'), ports: 'free' });
  const other = await openInstance({ directory: join(directory, 'other'), ports: 'free' });

  expect(other.name).not.toBe(one.name);
  expect(other.identityHeaders).not.toEqual(one.identityHeaders);
});

test('has the ports of the documentation when it is asked for them', async () => {
  const { ports, addresses } = await openInstance({ directory, ports: 'fixed' });

  expect(ports).toMatchObject({ publicRegistry: 5001, arm: 9443, app: 7071 });
  expect(addresses).toBe('127.0.1');
});

test('takes the addresses it is given', async () => {
  const { addresses } = await openInstance({ directory, ports: 'free', addresses: '127.0.77' });

  expect(addresses).toBe('127.0.77');
});

test('keeps its secrets from other users of the machine', async () => {
  await openInstance({ directory, ports: 'free' });

  expect((await stat(join(directory, 'instance.json'))).mode & 0o077).toBe(0);
});

test('does not make one by asking for it', async () => {
  expect(await rememberedInstance(join(directory, 'nothing'))).toBeUndefined();
});

test('gives every principal of the emulated Azure a secret of its own', async () => {
  const { principals } = cloudConfig(await openInstance({ directory, ports: 'free' }));

  expect(principals.map(({ name }) => name)).toEqual([
    'gated-import',
    'gated-import-pull',
    'provisioner',
    'policy-author',
  ]);
  expect(new Set(principals.map(({ identityHeader }) => identityHeader)).size).toBe(4);
});
