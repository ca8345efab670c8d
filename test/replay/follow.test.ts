import { afterEach, describe, expect, it } from 'vitest';
import { readImage } from '../../shared/ledger/image-book.ts';
import { SCHEMA } from '../../shared/ledger/rows.ts';
import type { Change } from '../../shared/ports/ledger.ts';
import { image } from '../fakes/images.ts';
import { running } from '../fakes/groups.ts';
import { builder, GROUP, layersOf, push as pushTo } from './building-world.ts';
import { blue, green, MINUTE, TEAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

describe('after a promotion', () => {
  it('builds the image on the promoted digest and deploys the result by digest', async () => {
    world = builder({}, {}, { on: 'host' });
    const base = world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(20_000);

    const [build] = world.ports.runs.started.filter(({ task }) => task);
    expect(build?.task?.pass).toEqual({ BASE_IMAGE: `base.azurecr.io/node@${base}` });
    expect((await newest())?.base).toEqual({ gate: 'node', digest: base });
    expect(await deployed()).toMatchObject({ digest: (await newest())?.digest, state: 'healthy' });
    expect(JSON.stringify(world.ports.groups.puts.at(-1)?.specification)).toContain(
      `team.azurecr.io/hello@${(await newest())?.digest}`,
    );
    await world.everyPrefixReplays(world.history('build-hello'));
    await world.everyPrefixReplays(world.history('rollout-hello'));
  });

  it('has written every row in the schema of today', async () => {
    world = builder();
    world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(20_000);
    await world.wake('sweep', '');

    const written = world.ports.ledger.calls
      .filter(({ method }) => method === 'write')
      .flatMap(({ arguments: [table, , changes] }) =>
        (changes as Change[]).flatMap((one) =>
          one.kind === 'put' ? [{ table, key: one.key, schema: one.schema }] : [],
        ),
      );
    expect(new Set(written.map(({ table }) => table))).toEqual(new Set(['gates', 'images', 'lineage', 'journal']));
    expect(written.filter(({ schema }) => schema !== SCHEMA)).toEqual([]);
  });

  it('counts a build that does not stand on the base it was given as failed, and says so', async () => {
    world = builder({ layers: () => ['something', 'else'] });
    world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(20_000);

    const { failure, newest: version } = (await readImage(world.ports.ledger, 'hello')).image?.value ?? {};
    expect(version).toBeUndefined();
    expect(failure).toMatchObject({ times: 1 });
    expect(failure?.message).toContain('does not stand on the base it was given');
    expect(world.ports.groups.puts).toEqual([]);
  });

  it('tries a failed build three times, and then waits for another base', async () => {
    world = builder({ fails: () => true });
    world.push(green);
    await world.wake('runGate', 'node');
    for (let sweeps = 0; sweeps < 8; sweeps++) {
      await world.pass(5 * MINUTE);
      await world.wake('sweep', '');
    }
    expect(builds()).toBe(3);

    world.push(blue);
    await world.wake('runGate', 'node');
    await world.pass(20_000);

    expect(builds()).toBe(4);
  });

  it('refuses a task that follows its base image by itself', async () => {
    world = builder();
    world.ports.runs.addTask(TEAM.host, 'hello-build', { followsBaseImage: true });
    world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(20_000);

    expect(builds()).toBe(0);
    expect((await readImage(world.ports.ledger, 'hello')).image?.value.failure?.message).toContain(
      'switch its base-image trigger off',
    );
  });

  it('deploys a version that a team pushed on the last validated base', async () => {
    world = builder();
    world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(20_000);

    const pushed = push(image([...layersOf(green), 'a new page']), 'v2');
    await world.wake('buildImage', 'hello');
    await world.pass(20_000);

    expect(await deployed()).toMatchObject({ digest: pushed, state: 'healthy', number: 2 });
    expect(builds()).toBe(1);
  });

  it('puts the last healthy state back when a deployment does not become healthy, holds the version, and announces both', async () => {
    world = builder();
    world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(20_000);
    const healthy = (await newest())?.digest;

    world.ports.groups.becomes((specification) => {
      const group = running(specification);
      return group.containers[0]?.image.includes(String(healthy))
        ? group
        : { ...group, provisioning: 'Failed', state: 'Failed', events: ['exit code 1'] };
    });
    const bad = push(image([...layersOf(green), 'broken']), 'v2');
    await world.wake('buildImage', 'hello');
    await world.pass(30_000);

    const app = (await readImage(world.ports.ledger, 'hello')).apps.get('web')?.value;
    expect(app?.deployment).toMatchObject({ digest: healthy, putBack: true, state: 'healthy' });
    expect(app?.hold).toMatchObject({ digest: bad });
    expect(
      world.ports.announcements.announced.filter(({ subject }) => subject === 'web').map(({ type }) => type),
    ).toEqual(['deployed', 'held', 'rolledBack']);
    await world.wake('sweep', '');
    await world.pass(30_000);
    expect((await world.ports.groups.read(GROUP))?.containers[0]?.image).toContain(healthy);
  });

  it('holds what Azure refuses, with its reason, and deploys the next version', async () => {
    world = builder();
    world.push(green);
    world.ports.groups.refuseNext('InaccessibleImage', 'The image is not accessible.');
    await world.wake('runGate', 'node');
    await world.pass(20_000);
    const app = (await readImage(world.ports.ledger, 'hello')).apps.get('web')?.value;
    expect(app?.hold).toMatchObject({ why: expect.stringContaining('InaccessibleImage') });

    const next = push(image([...layersOf(green), 'mended']), 'v2');
    await world.wake('buildImage', 'hello');
    await world.pass(20_000);

    expect(await deployed()).toMatchObject({ digest: next, state: 'healthy' });
  });

  it('deploys again what somebody deleted, at the next sweep', async () => {
    world = builder();
    world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(20_000);

    world.ports.groups.set(GROUP, {
      provisioning: 'Succeeded',
      state: 'Running',
      ip: '127.0.1.10',
      containers: [],
      events: [],
    });
    await world.wake('sweep', '');
    await world.pass(20_000);

    expect(world.ports.groups.puts).toHaveLength(2);
    expect(await deployed()).toMatchObject({ attempt: 2, state: 'healthy' });
  });
});

const push = (what: ReturnType<typeof image>, name: string) => pushTo(world, what, name);
const newest = async () => (await readImage(world.ports.ledger, 'hello')).image?.value.newest;
const deployed = async () => (await readImage(world.ports.ledger, 'hello')).apps.get('web')?.value.deployment;
const builds = () => world.ports.runs.started.filter(({ task }) => task).length;
