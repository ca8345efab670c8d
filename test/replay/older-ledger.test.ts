/**
 * This version deployed over the ledger of an earlier one, as that one wrote it, without its task hub: everything goes on from there. And over
 * the ledger of a later one, as after a rollback: it says what it cannot read, and leaves it as it is.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { readCandidate, readPromotions } from '../../shared/ledger/gate-book.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import { repository, tag } from '../../shared/domain/reference.ts';
import { SCHEMA } from '../../shared/ledger/rows.ts';
import { readSweep } from '../../shared/ledger/sweep-book.ts';
import { image } from '../fakes/images.ts';
import { running } from '../fakes/groups.ts';
import type { QuickRun, TaskRun } from '../fakes/runs.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { olderRows, restore, STAGES, type OlderRow } from '../fixtures/older-ledger.ts';
import { builder, endingOf, GROUP, layersOf } from './building-world.ts';
import { blue, green, MINUTE, QUARANTINE, TEAM, type GateWorld } from './gate-world.ts';

const builtOnGreen = image([...layersOf(green), 'page']);
const builtOnBlue = image([...layersOf(blue), 'page']);

let world: GateWorld;
afterEach(() => world.close());

describe.each(STAGES)('deployed over the ledger of a version %s', (stage) => {
  it('takes the check that is under way for its own, promotes, builds and deploys', async () => {
    const rows = olderRows(stage);
    world = await worldOf(rows);
    // The run that the earlier version started ends with the nonce that is in its row.
    world.ports.runs.end('ca3', { state: 'succeeded', log: `gate-result ${nonceOf(rows)} 0\n` });

    await sweeps();

    const [second, first] = await readPromotions(world.ports.ledger, 'node', { most: 10 });
    expect(second).toMatchObject({ digest: blue.manifest.digest, sequence: 2 });
    expect(first).toMatchObject({ digest: green.manifest.digest, unique: '15-alpine-ca1' });
    expect((await world.gate()).previous).toMatchObject({ digest: green.manifest.digest });
    expect(await world.stable()).toBe(blue.manifest.digest);
    expect(world.ports.runs.started.filter(({ quick }) => quick)).toHaveLength(2);
    const { image: built, apps } = await readImage(world.ports.ledger, 'hello');
    expect(built?.value.newest).toMatchObject({ digest: builtOnBlue.manifest.digest, number: 2 });
    expect(apps.get('web')?.value.lastHealthy).toMatchObject({ digest: builtOnBlue.manifest.digest });
    expect((await world.ports.groups.read(GROUP))?.containers[0]?.image).toContain(builtOnBlue.manifest.digest);
  });

  it('asks what is in use again when its check is another one', async () => {
    const rows = olderRows(stage);
    world = await worldOf(rows);
    world.ports.runs.end('ca3', { state: 'succeeded', log: `gate-result ${nonceOf(rows)} 1\n` });
    await sweeps();
    expect(await world.outcome(blue.manifest.digest)).toMatchObject({ kind: 'rejected' });

    world.checksAnswer((digest) => (digest === green.manifest.digest ? 0 : 1));
    const files = { 'checks/node.sh': 'node -p 1\n' };
    world.ports.policies.set(valid({ gates: { 'soak: 3d': 'soak: 0s' }, files }));
    await sweeps();

    const asked = (await readCandidate(world.ports.ledger, 'node', green.manifest.digest))?.evidence.get('functional');
    expect(asked?.value.evidence).toMatchObject({ state: 'done', verdict: 'pass', attempt: 2 });
    expect((await world.gate()).current).toMatchObject({ digest: green.manifest.digest, sequence: 1 });
    expect(await world.stable()).toBe(green.manifest.digest);
  });
});

it('deployed under the ledger of a later version, says which rows it cannot read, and changes none of them', async () => {
  const [first] = STAGES;
  if (!first) throw new Error('no stage');
  world = await worldOf(olderRows(first).map((row) => (ofLater(row) ? { ...row, schema: SCHEMA + 1 } : row)));
  const before = await rowsOf('gates', 'node');

  await sweeps();

  const { unreadable } = (await readSweep(world.ports.ledger)) ?? {};
  const why = `has schema ${SCHEMA + 1}, this version reads up to ${SCHEMA}; deploy the newer version again`;
  expect(unreadable).toEqual([
    `gate "node": ledger row "gate" ${why}`,
    `image "hello": ledger row "image" ${why}`,
    `rollout "hello": ledger row "image" ${why}`,
  ]);
  expect(await rowsOf('gates', 'node')).toEqual(before);
  expect(world.status('gate-node')).toMatchObject({
    runtimeStatus: 'Failed',
    output: expect.stringContaining(why) as string,
  });
  expect(await world.stable()).toBe(green.manifest.digest);
});

const ofLater = ({ key }: OlderRow): boolean => key === 'gate' || key === 'image';

const rowsOf = (table: 'gates' | 'images', partition: string) => world.ports.ledger.rows(table, partition);

/** What the earlier version left outside of its ledger; its task hub is gone. */
async function worldOf(rows: OlderRow[]): Promise<GateWorld> {
  const made = builder({}, {}, { on: 'host' });
  const { ledger, registries, runs, groups } = made.ports;
  runs.answer(() => undefined);
  await made.pass(2 * MINUTE);
  made.push(blue);
  const gate = made.policy.gates['node'];
  if (!gate) throw new Error('no gate');
  for (const name of ['15-alpine', '15-alpine-ca1']) {
    registries.put({ ...gate.to, tag: tag.parse(name) }, green.manifest);
  }
  for (const { manifest, config } of [green, blue]) {
    registries.put({ host: QUARANTINE, repository: repository.parse('node/node') }, manifest);
    registries.putJson(config);
  }
  registries.put({ ...TEAM, tag: tag.parse('ca2') }, builtOnGreen.manifest);
  registries.putJson(builtOnGreen.config);
  groups.set(GROUP, running({ properties: { containers: [] } }));
  // Under the ids that the rows have: a check, a build, and the check that is under way.
  const check = { host: QUARANTINE, values: [] as QuickRun['values'] } as QuickRun;
  await runs.startQuickRun(check);
  await runs.startTask({ host: TEAM.host, task: 'hello-build', pass: {} } as TaskRun);
  await runs.startQuickRun(check);
  runs.answer((started) => endingOf(made, started));
  await restore(ledger, rows);
  return made;
}

const nonceOf = (rows: OlderRow[]): string =>
  String(rows.find(({ key, open }) => key.startsWith('evidence:') && open)?.data['nonce']);

async function sweeps(): Promise<void> {
  for (let sweep = 0; sweep < 3; sweep++) {
    await world.wake('sweep', '');
    await world.pass(5 * MINUTE);
  }
}
