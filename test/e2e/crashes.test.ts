/** The processes are killed at the worst moments while an image goes through the gate, and everything comes to the same end. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registriesOf } from '../../local/azure.ts';
import { missing } from '../../local/demo/until.ts';
import { NODE, paint } from '../../local/demo/walkthrough.ts';
import { layoutOf } from '../../local/layout.ts';
import { RESTART_AT_ONCE } from '../../local/processes/supervise.ts';
import { buildUnderWay, checkUnderWay, colourOfPage, followed } from './followers.ts';
import { startSystem, type System } from './system.ts';

let system: System;
let folder: string;
let crashPoints: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-crashes-'));
  crashPoints = join(folder, 'crash-points');
  system = await startSystem({ crashLoop: RESTART_AT_ONCE, settings: { HOST_CRASH: crashPoints } });
});
afterAll(async () => {
  await system?.destroy();
  await rm(folder, { recursive: true });
});

/** What `runGate` calls from a push to its rest. It looks again right before the move, and more often while the check runs. */
const PROMOTION = [
  'lookAtGate',
  'intakeCandidate',
  'intakeReferrers',
  'startCheck',
  'lookAtGate',
  'beginPromotion',
  'adoptStable',
  'importUnique',
  'readBackUnique',
  'copyReferrers',
  'attachRecord',
  'lockUnique',
  'lookAtGate',
  'moveStable',
  'readBackStable',
  'completePromotion',
  'startFollowers',
  'restGate',
];

test('the host is killed before and after every activity of a promotion commits: promoted once', async () => {
  const points = PROMOTION.flatMap((activity) => [`before-commit:${activity}`, `after-commit:${activity}`]);
  await writeFile(crashPoints, points.join('\n'));

  const digest = await system.pushUpstream('green');

  await system.wait(
    'the host was killed at every point',
    async () => {
      const left = await readFile(crashPoints, 'utf8');
      return left === '' && system.local.restarts.host === points.length
        ? true
        : missing({ left, ...system.local.restarts });
    },
    { withinSeconds: 150 },
  );
  const candidate = await system.settled(digest, 'promoted');
  await system.stable(digest);
  expect(await activitiesOfTheGate()).toEqual(new Set(PROMOTION));
  const { unique } = candidate.outcome ?? {};
  expect(await system.uniqueTags(digest)).toEqual([unique]);
  expect(await system.ask.registries.base.lockOf(NODE, String(unique))).toEqual({
    writeEnabled: false,
    deleteEnabled: false,
  });
  const gate = await system.gate();
  expect(gate).toMatchObject({ current: { digest, unique, sequence: 1 }, open: [] });
  expect(gate.previous).toBeUndefined();
  expect(gate.candidates).toHaveLength(1);
  expect(await system.ask.runs.quarantine.all()).toHaveLength(1);
  await followed(system, digest);
});

test('the emulated Azure is killed while it imports: the app imports again', async () => {
  const uploads = join(
    layoutOf(system.local.instance.directory).cloud,
    'registry',
    registriesOf(system.local.instance).quarantine.name,
    'uploads',
  );

  const digest = await system.pushUpstream('blue', { megabytes: 48 });
  await firstFileIn(uploads);
  await system.local.kill('cloud', 'SIGKILL');

  await system.settled(digest, 'promoted');
  await system.stable(digest);
  expect(await readFile(system.local.endpoints.logs.cloud, 'utf8')).toContain('OperationInterrupted');
  expect(await system.uniqueTags(digest)).toHaveLength(1);
});

test('a commit turns the page to its colour, though the emulated Azure is killed while the check runs, and the host while the build does', async () => {
  const { digest } = await paint(
    { local: system.local, ask: system.ask, memory: { sites: {} }, say: () => {} },
    'blue',
  );
  await checkUnderWay(system, digest);
  await system.local.kill('cloud', 'SIGKILL');
  const candidate = await system.settled(digest, 'promoted');
  await buildUnderWay(system, digest);
  await system.local.kill('host', 'SIGKILL');

  const { colour } = await followed(system, digest);

  expect(colour).toBe('blue');
  expect(candidate.evidence['functional']?.attempt).toBe(2);
  expect(await system.uniqueTags(digest)).toHaveLength(1);
});

test('a red commit leaves the page as it is, though the host is killed while the check runs', async () => {
  const before = await system.gate();

  const { digest } = await paint({ local: system.local, ask: system.ask, memory: { sites: {} }, say: () => {} }, 'red');
  await checkUnderWay(system, digest);
  await system.local.kill('host', 'SIGKILL');

  await system.settled(digest, 'rejected');
  expect((await system.gate()).current).toEqual(before.current);
  await system.stable(String(before.current?.subject));
  expect(await colourOfPage(system)).toBe('blue');
});

/** An import lasts for moments: looked for without a pause, and caught before it is through. */
async function firstFileIn(directory: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await readdir(directory)).length === 0) {
    if (Date.now() > deadline) throw new Error(`after 30 s nothing is being written to ${directory}`);
  }
}

/** By the host's own log, in all its lives. */
async function activitiesOfTheGate(): Promise<Set<string>> {
  const log = await readFile(system.local.endpoints.logs.app, 'utf8');
  const started = [...log.matchAll(/\[(\w+)\] started gate-node$/gm)].map(([, name]) => String(name));
  return new Set(started.filter((name) => name !== 'runGate'));
}
