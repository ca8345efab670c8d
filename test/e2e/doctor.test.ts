/** `gated-import doctor` at a system as `npm start` makes it, in the folder where it was started. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../local/layout.ts';
import { startSystem, type System } from './system.ts';

let folder: string;
let system: System;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-doctor-'));
  system = await startSystem({ directory: join(folder, '.local') });
});
afterAll(async () => {
  await system.destroy();
  await rm(folder, { recursive: true, force: true });
});

test('finds nothing wrong with the local system, and says that its runner is named by a tag', async () => {
  await system.pushUpstream('green');
  const program = join(repositoryRoot, 'cli/gated-import.mjs');
  const env = { PATH: process.env['PATH'] };

  const args = [program, 'doctor', system.local.endpoints.policy, '--json'];
  const outcome = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );

  expect(outcome.stderr).toBe('');
  expect(JSON.parse(outcome.stdout)).toEqual({
    findings: [expect.objectContaining({ code: 'tool-by-tag', severity: 'warning' })],
  });
});
