/** `npm run check`: formatter, linter, compiler, one after the other. All three run, so that one look at the output is enough. */
import { spawnSync } from 'node:child_process';

const checks: [name: string, ...command: string[]][] = [
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  // Called by its path: other packages may claim the name "tsc".
  ['types', 'node', 'node_modules/typescript/bin/tsc'],
];

const failed = checks.filter(([name, program = '', ...args]) => {
  const startedAt = performance.now();
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)${error ? `: ${error.message}` : ''}`);
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`${failed.map(([name]) => name).join(', ')}: see above. "npm run format" mends the format.`);
  process.exitCode = 1;
}
