/** What a person puts back at an app, through the API, while the stories run. */
import { afterEach, describe, expect, it } from 'vitest';
import { running } from '../fakes/groups.ts';
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

describe('a rollback', () => {
  it('puts the earlier version back and keeps it, through newer versions, until the hold is lifted', async () => {
    begin({}, {}, { on: 'host' });
    await on.pushed(green);
    const first = await on.page();
    const second = await on.version('v2');
    expect(await on.page()).toBe(second);

    await on.ask('rollBackApp', { app: 'web' });
    expect(await on.page()).toBe(first);
    const third = await on.version('v3');
    expect(await on.page()).toBe(first);
    expect(await on.rolloutReason()).toMatchObject({ kind: 'held', by: 'local-operator' });
    await on.ask('requestAppResume', { app: 'web' }, {});

    expect(await on.page()).toBe(third);
    await world.everyPrefixReplays(world.history('rollout-hello'));
  });

  it('to a named digest goes back further', async () => {
    begin();
    await on.pushed(green);
    const first = await on.page();
    await on.version('v2');
    await on.version('v3');

    await on.ask('rollBackApp', { app: 'web' }, { ...because, digest: first });

    expect(await on.page()).toBe(first);
  });

  it('is deployed again when somebody deletes it', async () => {
    begin();
    await on.pushed(green);
    const first = await on.page();
    await on.version('v2');
    await on.ask('rollBackApp', { app: 'web' });

    world.ports.groups.set(GROUP, { ...running({}), containers: [] });
    await world.wake('sweep', '');
    await world.pass(20_000);

    expect(await on.page()).toBe(first);
  });

  it('does not make the app forget what failed there: lifting it does not try that again', async () => {
    begin();
    await on.pushed(green);
    const first = await on.page();
    const second = await on.version('v2');
    on.nothingComesUpBut([first, second]);
    const bad = await on.version('v3');
    expect(await on.page()).toBe(second);

    await on.ask('rollBackApp', { app: 'web' });
    expect(await on.page()).toBe(first);
    await on.ask('requestAppResume', { app: 'web' }, {});

    expect(await on.page()).toBe(first);
    expect(await on.app()).toMatchObject({ hold: { digest: bad } });
    expect((await on.app())?.personHold).toBeUndefined();
  });

  it('that does not become healthy itself is undone, and is not tried again', async () => {
    begin();
    await on.pushed(green);
    const first = await on.page();
    const second = await on.version('v2');
    on.nothingComesUpBut([second]);

    await on.ask('rollBackApp', { app: 'web' });

    expect(await on.page()).toBe(second);
    expect((await on.app())?.personHold?.putBack?.failed).toMatchObject({ digest: first });
    const before = world.ports.groups.puts.length;
    await world.wake('sweep', '');
    await world.pass(20_000);
    expect(world.ports.groups.puts).toHaveLength(before);
    expect(world.ports.announcements.announced.map(({ type }) => type).slice(-2)).toEqual(['held', 'rolledBack']);
  });

  it('made after everything was held goes through: it is what is wanted in an incident', async () => {
    begin();
    await on.pushed(green);
    const first = await on.page();
    await on.version('v2');
    await on.ask('holdAll');

    await on.ask('rollBackApp', { app: 'web' });

    expect(await on.page()).toBe(first);
  });
});
