/** A `task` check: the team's own task file, in quarantine, with the candidate under the upstream's tag. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import {
  blue,
  gateWorld,
  green,
  MINUTE,
  QUARANTINE,
  red,
  taskEnding,
  type GateWorld,
  type WorldOptions,
} from './gate-world.ts';

const CONTEXT = 'https://git.example.com/import-baseimage-node.git#main';
const check = (more = '') => ({
  gates: {
    'soak: 3d': `soak: 0s${more}`,
    'functional: { script: checks/node.sh, timeout: 4m }': `build: { task: { context: "${CONTEXT}" }, unsandboxed: true, timeout: 7m }`,
  },
});
const TAG = parseTagReference(`${QUARANTINE}/node/node:15-alpine`);

let world: GateWorld;
beforeEach(() => begin());
function begin(options: WorldOptions = {}): void {
  world = gateWorld(check(), options);
}
afterEach(() => world.close());

async function start(what: typeof green) {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  return digest;
}
const tagged = () => world.ports.registries.digestOf(TAG);
const lastRun = () => {
  const run = world.ports.runs.started.at(-1);
  if (!run?.file) throw new Error('no task was run');
  return { runId: run.runId, file: run.file };
};
const evidence = async (digest: typeof green.manifest.digest) =>
  (await readCandidate(world.ports.ledger, 'node', digest))?.evidence.get('build')?.value.evidence;

describe('a task check', () => {
  it('runs the task file of the context in quarantine, on the candidate by digest and by the tag of the upstream', async () => {
    const digest = await start(green);

    expect(lastRun().file).toEqual({
      host: QUARANTINE,
      source: CONTEXT,
      file: 'acr-task.yaml',
      values: [
        { name: 'CANDIDATE', value: `${QUARANTINE}/node/node@${digest}`, secret: false },
        { name: 'REGISTRY_FROM_URL', value: `${QUARANTINE}/node/`, secret: false },
      ],
      timeoutSeconds: 420,
    });
    expect(await tagged()).toBe(digest);
  });

  it('lets a candidate pass that it built from, and says that it was not isolated', async () => {
    begin({ on: 'host' });
    const digest = await start(green);
    const { runId, file } = lastRun();

    world.ports.runs.end(
      runId,
      taskEnding(file, () => 0),
    );
    await world.pass(3_000);

    expect(await world.stable()).toBe(digest);
    expect((await world.gate()).current?.unique).toBe(`15-alpine-${runId}`);
    expect(await evidence(digest)).toMatchObject({
      verdict: 'pass',
      digest,
      isolation: 'none',
      tool: `${CONTEXT}:acr-task.yaml`,
    });
    await world.everyGenerationReplays('gate-node');
  });

  it('stops a candidate whose task fails, with its last words', async () => {
    const digest = await start(red);
    const { runId, file } = lastRun();

    world.ports.runs.end(
      runId,
      taskEnding(file, () => 1),
    );
    await world.pass(3_000);

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toMatchObject({
      kind: 'rejected',
      reason: { kind: 'check-failed', details: expect.arrayContaining(['the colour is red']) },
    });
  });

  it('takes no run for a pass that built from another digest', async () => {
    const digest = await start(green);
    const { runId, file } = lastRun();
    const another = taskEnding(file, () => 0);

    world.ports.runs.end(runId, { ...another, log: another.log?.replaceAll(digest, blue.manifest.digest) ?? '' });
    await world.pass(3_000);

    expect(await world.stable()).toBeUndefined();
    expect(await evidence(digest)).toMatchObject({ verdict: 'unknown' });
  });

  it('runs for one candidate at a time, and moves the tag right before each', async () => {
    await world.close();
    world = gateWorld(check('\n    whenReplaced: keep'));
    const older = await start(green);
    const first = lastRun();
    const newer = world.push(blue);
    await world.wake('sweep', '');
    await world.pass(5 * MINUTE);
    expect(world.ports.runs.started).toHaveLength(1);
    expect(await tagged()).toBe(older);

    world.ports.runs.end(
      first.runId,
      taskEnding(first.file, () => 1),
    );
    await world.pass(MINUTE);

    expect(world.ports.runs.started).toHaveLength(2);
    expect(await tagged()).toBe(newer);
  });

  it('schedules no second run when the process dies after the first was recorded', async () => {
    await start(green);
    const restarted = gateWorld({}, { from: world });

    await restarted.wake('sweep', '');
    await restarted.pass(3_000);

    expect(world.ports.runs.started).toHaveLength(1);
    await restarted.close();
  });
});
