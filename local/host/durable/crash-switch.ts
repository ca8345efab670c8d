/**
 * Kills the process, as `kill -9` does, right before or right after the transaction that commits an activity's result.
 *
 * For tests: `HOST_CRASH` names a file with one point a line, `<before|after>-commit:<activity name>[:<nth time>]`. The first line counts:
 * when its point is reached, in any instance, it is taken out of the file and the process dies, so that each line kills once over all
 * restarts, one after the other. The file may be written while the host runs; no file, or an empty one, kills nothing.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { HostError } from '../host-error.ts';

export interface CrashSwitch {
  beforeCommit(activity: string): void;
  afterCommit(activity: string): void;
}

export const NO_CRASH: CrashSwitch = { beforeCommit: () => {}, afterCommit: () => {} };

interface Point {
  moment: string;
  activity: string;
  /** 1: the next time. */
  times: number;
}

/** Throws a `HostError` when the file is there and cannot be read as points. */
export function crashSwitch(file: string | undefined, kill: () => void = killThisProcess): CrashSwitch {
  if (!file) return NO_CRASH;
  readPoints(file);

  const reach = (moment: Point['moment'], activity: string): void => {
    const [point, ...rest] = readPoints(file);
    if (point?.moment !== moment || point.activity !== activity) return;
    if (point.times > 1) return writePoints(file, [{ ...point, times: point.times - 1 }, ...rest]);
    // First forgotten, then done: the next life must not do it again.
    writePoints(file, rest);
    kill();
  };
  return {
    beforeCommit: (activity) => reach('before', activity),
    afterCommit: (activity) => reach('after', activity),
  };
}

function readPoints(file: string): Point[] {
  const lines = readIfThere(file).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, moment, activity, times = '1'] = /^(before|after)-commit:([^:]+)(?::([1-9]\d*))?$/.exec(line) ?? [];
    if (moment === undefined || activity === undefined) {
      throw new HostError(
        'BadSettings',
        `HOST_CRASH: a line of ${file} is "${line}", not <before|after>-commit:<activity name>[:<nth time>]`,
      );
    }
    return { moment, activity, times: Number(times) };
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Renamed into place, because the process may be killed by others too. */
function writePoints(file: string, points: Point[]): void {
  const lines = points.map(({ moment, activity, times }) => `${moment}-commit:${activity}:${times}\n`);
  writeFileSync(`${file}.part`, lines.join(''));
  renameSync(`${file}.part`, file);
}

function killThisProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}
