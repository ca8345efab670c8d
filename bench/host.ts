/**
 * How fast the durable engine is: one orchestration that fans out to 1,000 activities, and 200 orchestrations with one activity each, on a
 * database file. Counted are history events, so that both can be compared, and each round is measured on a new file.
 *
 * Repeat: `node bench/host.ts [rounds]` (5 when not given). The last line is JSON with the median of the rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as df from 'durable-functions';
import { realClock } from '../local/clock.ts';
import { installShim } from '../local/host/app/shim.ts';
import { createDurable } from '../local/host/create-durable.ts';
import type { Durable } from '../local/host/durable/durable.ts';
import { report, roundsAsked } from './report.ts';

const WIDTH = 1_000;
const ORCHESTRATIONS = 200;

interface Result {
  events: number;
  seconds: number;
  eventsPerSecond: number;
}

const scenarios: Record<string, (durable: Durable) => void> = {
  [`fan-out to ${WIDTH}`]: (durable) => void durable.start('fanOut', 'wide', { width: WIDTH }),
  [`${ORCHESTRATIONS} orchestrations`]: (durable) => {
    for (let n = 0; n < ORCHESTRATIONS; n += 1) durable.start('single', `single-${n}`, { n });
  },
};

function registerFunctions(): void {
  installShim().newApp();
  df.app.activity('double', { handler: ({ n }: { n: number }) => ({ n: 2 * n }) });
  df.app.orchestration('single', function* (context) {
    return yield context.df.callActivity('double', context.df.getInput());
  });
  df.app.orchestration('fanOut', function* (context) {
    const { width } = context.df.getInput() as { width: number };
    const all = Array.from({ length: width }, (_, n) => context.df.callActivity('double', { n }));
    const results = (yield context.df.Task.all(all)) as { n: number }[];
    return { sum: results.reduce((sum, { n }) => sum + n, 0) };
  });
}

async function measure(start: (durable: Durable) => void): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-host-'));
  const durable = createDurable({ clock: realClock, database: join(folder, 'host.sqlite'), log: () => {} });
  try {
    const startedAt = performance.now();
    start(durable);
    await durable.settle();
    const seconds = (performance.now() - startedAt) / 1000;
    const instances = durable.list({});
    const unfinished = instances.find(({ runtimeStatus }) => runtimeStatus !== 'Completed');
    if (unfinished)
      throw new Error(`${unfinished.instanceId} is ${unfinished.runtimeStatus}: ${String(unfinished.output)}`);
    const events = instances.reduce((sum, { instanceId }) => sum + durable.history(instanceId).length, 0);
    return { events, seconds, eventsPerSecond: events / seconds };
  } finally {
    await durable.stop();
    rmSync(folder, { recursive: true });
  }
}

const median = (results: Result[]): Result => {
  const sorted = results.toSorted((a, b) => a.eventsPerSecond - b.eventsPerSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('there is nothing to measure in no rounds');
  return middle;
};

const rounds = roundsAsked('host', 5);
registerFunctions();
const medians: Record<string, Result> = {};
for (const [name, start] of Object.entries(scenarios)) {
  const results: Result[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await measure(start));
  const { events, seconds, eventsPerSecond } = (medians[name] = median(results));
  console.log(`${name}: ${events} events in ${seconds.toFixed(2)} s, ${Math.round(eventsPerSecond)} events/s`);
}
report('host', { rounds, medians });
