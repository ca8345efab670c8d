/**
 * Runs benchmarks by name, each in a process of its own, so that none is compiled by what another did: `npm run bench -- sweep`. All of them
 * when none is named. A number says how many rounds: `npm run bench -- sweep 3`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const BENCHES = ['host', 'package', 'promotion', 'sweep'];
const NUMBER = /^\d+$/;

const given = process.argv.slice(2);
const named = given.filter((argument) => !NUMBER.test(argument));
const rounds = given.filter((argument) => NUMBER.test(argument)).slice(0, 1);
const unknown = named.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${BENCHES.join(', ')}`);
  process.exit(1);
}
for (const name of named.length > 0 ? named : BENCHES) {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...rounds], { stdio: 'inherit' });
  const end = () => void child.kill('SIGTERM');
  process.once('SIGTERM', end);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGTERM', end);
  if (code === null) process.exit(1); // Somebody wants it to end.
  if (code !== 0) process.exitCode = code;
}
