import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBusybox } from '../../../../local/setup/busybox.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'gated-import-busybox-'))));
afterAll(() => rm(folder, { recursive: true }));

test('finds a static busybox', async () => {
  await writeFile(join(folder, 'busybox'), program({ segments: [1, 6] }));

  expect(findBusybox(['/nowhere', folder])).toBe(join(folder, 'busybox'));
});

test('leaves a busybox alone that needs a loader', async () => {
  await writeFile(join(folder, 'busybox'), program({ segments: [1, 3] }));

  expect(findBusybox([folder])).toBeUndefined();
});

test('leaves a script alone that is called busybox', async () => {
  await writeFile(join(folder, 'busybox'), '#!/bin/sh\nexec true\n');

  expect(findBusybox([folder])).toBeUndefined();
});

/** The head of an ELF-64 file with program headers of these types. */
function program({ segments }: { segments: number[] }): Buffer {
  const [headersAt, headerSize] = [64, 56];
  const bytes = Buffer.alloc(headersAt + segments.length * headerSize);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  bytes.writeBigUInt64LE(BigInt(headersAt), 32);
  bytes.writeUInt16LE(headerSize, 54);
  bytes.writeUInt16LE(segments.length, 56);
  for (const [index, type] of segments.entries()) bytes.writeUInt32LE(type, headersAt + index * headerSize);
  return bytes;
}
