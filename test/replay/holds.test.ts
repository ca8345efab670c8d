/** What a person holds, through the API, while the stories run: everything, a gate, an app. */
import { afterEach, describe, expect, it } from 'vitest';
import { running } from '../fakes/groups.ts';
import { call } from '../unit/functions/http/call.ts';
import { builder, GROUP } from './building-world.ts';
import { green, type GateWorld } from './gate-world.ts';
import { because, steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
function begin(...how: Parameters<typeof builder>): void {
  world = builder(...how);
  on = steering(world);
}
afterEach(() => world.close());

describe('a hold on everything', () => {
  it('lets a candidate be checked and stops its promotion, and lifting it lets everything go on', async () => {
    begin({}, {}, { on: 'host' });
    await on.ask('holdAll');

    const digest = await on.pushed(green);

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'held', by: 'local-operator', why: 'incident' });
    await on.ask('resumeAll', {}, {});
    expect(await world.stable()).toBe(digest);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
    await world.everyPrefixReplays(world.history('build-hello'));
  });

  it('stops a build that is due, and says who holds it', async () => {
    begin({ fails: () => true });
    await on.pushed(green);
    expect(on.builds()).toBe(1);
    await on.ask('holdAll');

    await world.pass(300_000);
    await world.wake('sweep', '');
    await world.pass(20_000);

    expect(on.builds()).toBe(1);
    expect((await on.image())?.resting?.reason).toEqual({ kind: 'held', by: 'local-operator', why: 'incident' });
  });

  it('leaves an app as it is, and lifting it brings the app up to date', async () => {
    begin();
    await on.pushed(green);
    const before = await on.page();
    await on.ask('holdAll');

    const next = await on.version('v2');

    expect(await on.page()).toBe(before);
    expect(await on.rolloutReason()).toEqual({ kind: 'held', app: 'web', by: 'local-operator', why: 'incident' });
    await on.ask('resumeAll', {}, {});
    expect(await on.page()).toBe(next);
  });
});

describe('the hold of a gate', () => {
  it('stops the build of what stands on it, and lifting it builds', async () => {
    let broken = true;
    begin({ fails: () => broken });
    const base = await on.pushed(green);
    broken = false;

    await on.ask('holdGate', { gate: 'node' });
    await world.pass(300_000);
    await world.wake('sweep', '');
    await world.pass(20_000);

    expect(on.builds()).toBe(1);
    expect((await on.image())?.resting?.reason).toEqual({
      kind: 'held',
      by: 'local-operator',
      why: 'incident',
      gate: 'node',
    });
    await on.ask('resumeGate', { gate: 'node' }, {});
    expect((await on.image())?.newest?.base).toEqual({ gate: 'node', digest: base });
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
  });

  it('leaves the apps that run what it promotes as they are', async () => {
    begin(
      {},
      {
        gates: { 'soak: 3d': 'soak: 0s', 'runs: hello': 'runs: node' },
        group: { '${TEAM_REGISTRY}/hello:1': '${BASE_REGISTRY}/node:1' },
      },
    );
    const digest = await on.pushed(green);
    expect(await on.page()).toBe(digest);
    await on.ask('holdGate', { gate: 'node' });
    world.ports.groups.set(GROUP, { ...running({}), containers: [] });

    await world.wake('sweep', '');
    await world.pass(20_000);

    expect(await on.page()).toBeUndefined();
    await on.ask('resumeGate', { gate: 'node' }, {});
    expect(await on.page()).toBe(digest);
  });
});

describe('the hold of an app', () => {
  it('leaves it as it is until a person lifts it', async () => {
    begin();
    await on.pushed(green);
    const before = await on.page();
    await on.ask('requestAppHold', { app: 'web' });

    const next = await on.version('v2');
    expect(await on.page()).toBe(before);
    await on.ask('requestAppResume', { app: 'web' }, {});

    expect(await on.page()).toBe(next);
  });

  it('does not forget what failed: lifting it does not try that again', async () => {
    begin();
    await on.pushed(green);
    const good = await on.page();
    on.nothingComesUpBut([good]);
    const bad = await on.version('v2');
    expect(await on.page()).toBe(good);
    await on.ask('requestAppHold', { app: 'web' });

    const { puts } = world.ports.groups;
    const before = puts.length;
    await on.ask('requestAppResume', { app: 'web' }, {});

    expect(puts).toHaveLength(before);
    expect((await on.app())?.hold).toMatchObject({ digest: bad });
  });

  it('is obeyed when it comes between the decision and the deploy', async () => {
    begin();
    await on.pushed(green);
    const before = await on.page();
    const { read } = world.surroundings.groups;
    // The look reads the group, after it has read the app's row; the deploy that follows from it does not.
    world.surroundings.groups.read = async (group) => {
      world.surroundings.groups.read = read;
      await call({ ...world.surroundings, stories: world.stories }, 'requestAppHold', {
        params: { app: 'web' },
        body: because,
      });
      return read(group);
    };
    await on.version('v2');

    expect(await on.page()).toBe(before);
    expect((await on.app())?.personHold?.why).toBe('incident');
  });
});
