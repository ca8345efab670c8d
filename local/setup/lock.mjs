/**
 * Does something while holding a lock file, so that two set-ups at once do not install into the same folder.
 *
 * The file holds the id of the process that has it; the lock of a process that is gone is taken over.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_EVERY_MS = 200;

export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let said = false; !take(file); said = true) {
    if (!said) console.error(`Waiting for another set-up to finish (it holds ${file}).`);
    await sleep(POLL_EVERY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    // Linked, not written in place: the file is never there without its holder's id.
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    releaseIfDead(file, own);
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Renamed to `aside` before it is deleted: of two processes that find a dead one's lock, only one gets it out of the way. */
function releaseIfDead(file, aside) {
  try {
    if (!isRunning(Number(readFileSync(file, 'utf8')))) renameSync(file, aside);
  } catch (error) {
    // ENOENT: released in the meantime.
    if (error.code !== 'ENOENT') throw error;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and is somebody else's.
    return error.code === 'EPERM';
  }
}
