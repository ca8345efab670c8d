import { mkdtemp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderListing, type Listing } from '../../shared/folder-listing.ts';

const MINUTE = 60_000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-listing-'));
  await mkdir(join(folder, 'checks'));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'gates.yaml'), 'one');
  await writeFile(join(folder, 'checks', 'test.sh'), 'two');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** As if everything in the folder had been there for a minute. */
const settled = () => folderListing(folder, { now: () => Date.now() + MINUTE });

const filesOf = (listing: Listing): string[] =>
  listing.kind === 'files' ? listing.paths.map((path) => relative(folder, path)) : [listing.problem];

/** File systems keep times in steps: from here on, what changes has another time than what is there. */
async function nextStep(): Promise<void> {
  const file = join(folder, 'gates.yaml');
  const other = join(tmpdir(), `${folder.split(/[\\/]/).at(-1)}-clock`);
  const { ctimeMs } = await stat(file);
  const deadline = Date.now() + 4_000;
  do await writeFile(other, `${Date.now()}`);
  while ((await stat(other)).ctimeMs - ctimeMs < 20 && Date.now() < deadline);
  await rm(other);
}

describe('the listing of a folder', () => {
  it('has the files of all folders below, in order', async () => {
    expect(filesOf(await settled()())).toEqual(['checks/test.sh', 'gates.yaml']);
  });

  it('is the one from before while nothing changes', async () => {
    const list = settled();
    const first = await list();

    expect(await list()).toBe(first);
  });

  it('is made anew while something may still be changing', async () => {
    const list = folderListing(folder);
    const first = await list();

    const second = await list();

    expect(second).not.toBe(first);
    expect(second).toEqual(first);
  });

  it('has another signature when a file has other content of the same size', async () => {
    const list = settled();
    const before = await list();
    await nextStep();

    await writeFile(join(folder, 'gates.yaml'), 'six');

    expect(await list()).not.toEqual(before);
  });

  it('sees a file that is added, to an empty folder too, and one that is removed', async () => {
    const list = settled();
    await list();
    await nextStep();

    await writeFile(join(folder, 'empty', 'new.sh'), 'three');
    expect(filesOf(await list())).toEqual(['checks/test.sh', 'empty/new.sh', 'gates.yaml']);

    await rm(join(folder, 'checks', 'test.sh'));
    expect(filesOf(await list())).toEqual(['empty/new.sh', 'gates.yaml']);
  });

  it('says that the folder is gone, and lists it when it is back', async () => {
    const list = settled();
    await list();

    await rm(folder, { recursive: true });
    expect(filesOf(await list())).toEqual([
      expect.stringContaining('cannot be read (ENOENT); correct the setting POLICY'),
    ]);

    await mkdir(folder);
    await writeFile(join(folder, 'gates.yaml'), 'one');
    expect(filesOf(await list())).toEqual(['gates.yaml']);
  });
});
