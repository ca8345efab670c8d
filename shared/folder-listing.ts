/**
 * The files of a folder, with a signature that changes when one of them does.
 *
 * A promotion asks two dozen times, and a walk takes several trips through the thread pool. So the folder is walked again only when
 * something in it is not as it was, which a few synchronous `stat`s tell in microseconds.
 */
import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files are read into memory whole. */
const MOST_BYTES = 4 * 1024 * 1024;
/** A folder with more in it is walked each time: so many synchronous calls would hold everything else up. */
const MOST_REMEMBERED = 200;
/** File systems keep times in steps: what changed just now may change once more without another time. */
const SETTLED_AFTER_MS = 3_000;

export type Listing = { kind: 'files'; paths: string[]; signature: string } | { kind: 'unreadable'; problem: string };

export function folderListing(folder: string, { now = Date.now }: { now?: () => number } = {}): () => Promise<Listing> {
  let remembered: { listing: Listing; stamps: Stamp[] } | undefined;

  return async () => {
    if (remembered?.stamps.every(holds)) return remembered.listing;
    const { listing, folders } = await walk(folder);
    // What changed while it was walked has a stamp of now, and is not settled.
    const stamps = listing.kind === 'files' ? settledStamps([...folders, ...listing.paths], now()) : undefined;
    remembered = stamps && { listing, stamps };
    return listing;
  };
}

async function walk(folder: string): Promise<{ listing: Listing; folders: string[] }> {
  const unreadable = (problem: string) => ({ listing: { kind: 'unreadable' as const, problem }, folders: [] });
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const pathsOf = (kind: 'isFile' | 'isDirectory') =>
      entries.filter((entry) => entry[kind]()).map((entry) => join(entry.parentPath, entry.name));
    const paths = pathsOf('isFile').toSorted();
    const stats = await Promise.all(paths.map((path) => stat(path)));
    const bytes = stats.reduce((sum, { size }) => sum + size, 0);
    if (bytes > MOST_BYTES) {
      return unreadable(
        `the policy folder ${folder} has ${bytes} bytes; ${MOST_BYTES} at most. Is POLICY the right folder?`,
      );
    }
    const signature = paths.map((path, at) => `${path} ${stats[at]?.mtimeMs} ${stats[at]?.size}`).join('\n');
    return { listing: { kind: 'files', paths, signature }, folders: [folder, ...pathsOf('isDirectory')] };
  } catch (error) {
    return unreadable(`the policy folder ${folder} cannot be read (${codeOf(error)}); correct the setting POLICY`);
  }
}

/** `changedAtMs` also moves when only the name, the rights or the modification time are changed. */
interface Stamp {
  path: string;
  changedAtMs: number;
  bytes: number;
}

/** `undefined`: it cannot be asked; the walk that follows says why. */
function stampOf(path: string): Stamp | undefined {
  try {
    const { ctimeMs, size } = statSync(path);
    return { path, changedAtMs: ctimeMs, bytes: size };
  } catch {
    return undefined;
  }
}

function holds(was: Stamp): boolean {
  const is = stampOf(was.path);
  return is?.changedAtMs === was.changedAtMs && is.bytes === was.bytes;
}

/** `undefined`: something may still be changing, or there is too much of it. */
function settledStamps(paths: string[], nowMs: number): Stamp[] | undefined {
  if (paths.length > MOST_REMEMBERED) return undefined;
  const stamps = paths.flatMap((path) => stampOf(path) ?? []);
  const settled = stamps.every(({ changedAtMs }) => changedAtMs < nowMs - SETTLED_AFTER_MS);
  return settled && stamps.length === paths.length ? stamps : undefined;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
