/**
 * Keeps one child process running: starts it again when it dies, slower when it keeps dying, and gives up after the fifth time in a row
 * (`crashLoop`).
 *
 * What the child prints goes to its log file. A child that dies before it was ever ready is not started again: a wrong setting is not
 * mended by trying.
 */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginLife, type Life } from './life.ts';

export interface ChildOptions {
  name: string;
  /** A script and its arguments, run by this Node. */
  command: string[];
  environment: Record<string, string>;
  readyLine: RegExp;
  readyWithinMs: number;
  logFile: string;
  log: (line: string) => void;
  /** Called once, when the child died too often and is left dead. */
  onGivenUp: (error: ChildFailed) => void;
  /** Killed with SIGKILL when it has not ended this long after SIGTERM. */
  stopsWithinMs?: number;
  crashLoop?: CrashLoop;
}

/** What is done about a child that dies again and again within seconds. */
export interface CrashLoop {
  /** It is left dead after so many deaths in a row. */
  mostDeaths: number;
  /** The pause before the start after the second death in a row; twice as long after each further one. */
  firstPauseMs: number;
}

/** For tests that kill a child again and again. */
export const RESTART_AT_ONCE: CrashLoop = { mostDeaths: Infinity, firstPauseMs: 0 };

export interface Child {
  readonly pid: number | undefined;
  /** How often it was started again. */
  readonly restarts: number;
  /** Sends the signal; answers when the process that takes the place of this one is ready, or when there will be none. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** From here on its end is no accident: it is not started again. Ctrl+C in a terminal reaches the children too, and some end at once. */
  expectEnd(): void;
  stop(): Promise<void>;
}

export class ChildFailed extends Error {
  readonly code = 'ChildFailed';
}

const CRASH_LOOP: CrashLoop = { mostDeaths: 5, firstPauseMs: 200 };
/** A child that lived longer than this did not die at once. */
const STEADY_AFTER_MS = 10_000;
const STOPS_WITHIN_MS = 8_000;
const LAST_LINES = 15;

/** Answers when the child is ready. Throws `ChildFailed` when it does not get there. */
export async function supervise(options: ChildOptions): Promise<Child> {
  const { name, log, stopsWithinMs = STOPS_WITHIN_MS, crashLoop = CRASH_LOOP } = options;
  const output = createWriteStream(options.logFile, { flags: 'a' });
  const begin = () => beginLife({ ...options, output });
  let life = begin();
  const failure = await whyNotReady(life, options.readyWithinMs);
  if (failure !== undefined) {
    life.process.kill('SIGKILL');
    await life.ended;
    throw await failed(options, failure);
  }

  let restarts = 0;
  let back = Promise.withResolvers<void>();
  const stopping = new AbortController();

  const keep = async (): Promise<void> => {
    for (let deathsInARow = 0; ;) {
      const how = await life.ended;
      if (stopping.signal.aborted) return;
      deathsInARow = Date.now() - life.startedAt < STEADY_AFTER_MS ? deathsInARow + 1 : 1;
      if (deathsInARow === crashLoop.mostDeaths) {
        const often = `${how}, the ${deathsInARow}th time in a row, and is not started again`;
        return options.onGivenUp(await failed(options, often));
      }
      log(`${name} ${how}; starting it again`);
      if (deathsInARow > 1) await pause(crashLoop.firstPauseMs * 2 ** (deathsInARow - 2), stopping.signal);
      if (stopping.signal.aborted) return;
      restarts++;
      life = begin();
      if ((await whyNotReady(life, options.readyWithinMs)) === undefined) {
        log(`${name} is ready again`);
        back.resolve();
        back = Promise.withResolvers();
      } else {
        life.process.kill('SIGKILL');
      }
    }
  };
  const kept = keep().finally(() => back.resolve());

  return {
    get pid() {
      return life.process.pid;
    },
    get restarts() {
      return restarts;
    },
    async kill(signal) {
      const restarted = back.promise;
      life.process.kill(signal);
      await restarted;
    },
    expectEnd: () => stopping.abort(),
    async stop() {
      stopping.abort();
      await end(life, stopsWithinMs);
      await kept;
      output.end();
    },
  };
}

/** `undefined` when it is ready. */
function whyNotReady(life: Life, withinMs: number): Promise<string | undefined> {
  const late = new AbortController();
  return Promise.race([
    life.ready.then(() => undefined),
    life.ended,
    sleep(withinMs, `was not ready within ${withinMs / 1000} s`, { signal: late.signal }),
  ]).finally(() => late.abort());
}

async function end(life: Life, withinMs: number): Promise<void> {
  life.process.kill('SIGTERM');
  const forced = setTimeout(() => life.process.kill('SIGKILL'), withinMs);
  await life.ended;
  clearTimeout(forced);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
  });
}

async function failed({ name, logFile }: ChildOptions, how: string): Promise<ChildFailed> {
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-LAST_LINES);
  return new ChildFailed(`${name} ${how}. The end of ${logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
