import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { sourceArchive } from '../../../shared/azure/source-archive.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function unpack(archive: Buffer): Promise<Record<string, { mode: number | undefined; text: string }>> {
  const files: Record<string, { mode: number | undefined; text: string }> = {};
  const reading = extract();
  Readable.from(gunzipSync(archive)).pipe(reading);
  for await (const entry of reading) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files[entry.header.name] = { mode: entry.header.mode, text: Buffer.concat(parts).toString('utf8') };
  }
  return files;
}

test('packs every file, and lets the scripts run', async () => {
  const archive = await sourceArchive([
    { path: 'run.sh', content: bytes('#!/bin/sh\n'), executable: true },
    { path: 'check/files/naïve.txt', content: bytes('π') },
  ]);

  expect(await unpack(archive)).toEqual({
    'run.sh': { mode: 0o755, text: '#!/bin/sh\n' },
    'check/files/naïve.txt': { mode: 0o644, text: 'π' },
  });
});

test('the same files in another order are the same archive', async () => {
  const one = { path: 'a', content: bytes('1') };
  const two = { path: 'b', content: bytes('2') };

  expect(await sourceArchive([one, two])).toEqual(await sourceArchive([two, one]));
});
