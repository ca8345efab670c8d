/** What the benchmarks have in common: how often they measure, and the line of JSON, with the machine in it, that they end with. */
import { cpus, loadavg } from 'node:os';

export function report(bench: string, figures: object): void {
  const [processor] = cpus();
  const [load = 0] = loadavg();
  const machine = { node: process.version, cpu: processor?.model, cores: cpus().length, load };
  console.log(JSON.stringify({ bench, ...machine, ...figures }));
}

export function median(numbers: number[]): number {
  const middle = numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
  if (middle === undefined) throw new Error('there is no median of nothing');
  return middle;
}

/** The first argument, or so many. Ends the process when it is no count. */
export function roundsAsked(bench: string, otherwise: number): number {
  const rounds = Number(process.argv[2] ?? otherwise);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  console.error(`usage: node bench/${bench}.ts [rounds]`);
  process.exit(1);
}
