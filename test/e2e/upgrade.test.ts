/** A new version of the app is deployed over running work, and rolled back again: with a real host, its task hub in a file, and real runs. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoryChange } from '../fixtures/next-version.ts';
import { buildUnderWay, checkUnderWay, followed } from './followers.ts';
import { startSystem, type System } from './system.ts';

const next: StoryChange = { kind: 'added', activity: 'askTheWeather', before: 'lookAtGate' };
const NEXT_VERSION = {
  app: fileURLToPath(new URL('../fixtures/next-version-app', import.meta.url)),
  settings: { NEXT_VERSION: JSON.stringify(next) },
};

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.destroy());

test('a push goes on under the next version while its check runs, and under the one before while its image is built', async () => {
  const digest = await system.pushUpstream('teal');

  await checkUnderWay(system, digest);
  await system.restart(async () => {}, NEXT_VERSION);
  await buildUnderWay(system, digest);
  await system.local.kill('host', 'SIGKILL');
  await system.restart();

  expect(await followed(system, digest)).toMatchObject({ colour: 'teal' });
  await system.settled(digest, 'promoted');
  await system.stable(digest);
  expect(await system.uniqueTags(digest)).toHaveLength(1);
  const { wrong, lastSweep } = (await system.ask.app('/api/health')) as {
    wrong: string[];
    lastSweep: { problems: string[] };
  };
  expect(wrong).toEqual([]);
  // Of instances that failed, at the most.
  expect(lastSweep.problems.filter((problem) => !problem.startsWith('instance "'))).toEqual([]);
  const log = await readFile(system.local.endpoints.logs.app, 'utf8');
  expect(log).toContain('askTheWeather');
  expect(log).toContain('Non-Deterministic');
});
