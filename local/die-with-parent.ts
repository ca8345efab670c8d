/**
 * Preloaded (`node --import`) into a child process: ends it, gently, when its parent is gone, however the parent went.
 *
 * The parent holds the other end of stdin, which the operating system closes even when the parent was killed with -9.
 */

/** For a child that does not end by itself when it is asked to. */
const ENDS_WITHIN_MS = 10_000;

const end = (): void => {
  setTimeout(() => process.exit(1), ENDS_WITHIN_MS).unref();
  process.kill(process.pid, 'SIGTERM');
};

process.stdin.once('end', end);
process.stdin.once('error', end);
process.stdin.resume();
// Waiting for the parent's end is no reason to stay alive. A pipe or a socket can be let go of; a file cannot, and has ended at once.
if ('unref' in process.stdin) process.stdin.unref();
