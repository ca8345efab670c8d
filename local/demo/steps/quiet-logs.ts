/**
 * Nothing failed on the way. Retries and sweeps mend what fails, so a story can end well although something in it is broken; the logs of
 * the app and of the emulated Azure tell, and they are removed with the rest.
 */
import { readFile } from 'node:fs/promises';
import type { Step } from '../story.ts';
import { claim } from '../until.ts';

const SHOWN = 10;

export const quietLogs: Step = {
  id: 'logs',
  title: 'on the way no function failed, and the emulated Azure knew every request',
  async run({ local, say }) {
    const { app, cloud } = local.endpoints.logs;
    const failures = countFailures([await readFile(app, 'utf8'), await readFile(cloud, 'utf8')].join('\n'));
    for (const failure of failures.slice(0, SHOWN)) say(failure);
    claim('no log has a failure', failures.length === 0, failures.slice(0, SHOWN));
    return { looked: [app, cloud] };
  },
};

/** Failures of a log, each once, with how often it came; times and durations do not make two of one. */
export function countFailures(log: string): string[] {
  const times = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [, failure] = /\b((?:ERROR|FATAL|UNKNOWN) .*)$/.exec(line) ?? [];
    if (failure === undefined) continue;
    const kind = failure.replace(/ after \d+ ms/, '');
    times.set(kind, (times.get(kind) ?? 0) + 1);
  }
  return [...times].map(([failure, count]) => `${count} times: ${failure}`);
}
