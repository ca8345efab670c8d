/** What a decision has to tell, when the topic takes no announcement, or the process dies in between. */
import { beforeEach, describe, expect, it } from 'vitest';
import { activities } from '../../../../functions/activities/activities.ts';
import { readGate } from '../../../../shared/ledger/gate-book.ts';
import { deliver, tell } from '../../../../shared/ledger/outbox.ts';
import { readUndelivered } from '../../../../shared/ledger/undelivered-book.ts';
import { MINUTE, NOW } from '../../domain/gate-builders.ts';
import { call } from '../http/call.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';

const HOUR = 60 * MINUTE;
const busy = new Error('the topic does not answer');

let world: FunctionWorld;
beforeEach(async () => {
  world = functionWorld();
  await tellOf('promoted');
});

const tellOf = (what: 'promoted' | 'rejected', at = NOW) =>
  world.ledger.write('gates', 'node', [
    tell(what, { at, by: 'runGate', subject: 'node', what, why: 'it passed', announce: what, data: { sequence: 7 } }),
  ]);
const waiting = async () => (await readGate(world.ledger, 'node')).outbox;
const deliverAt = async (at: number) => deliver(world, { table: 'gates', partition: 'node', at }, await waiting());
const failNext = () => world.announcements.failNext('announce', busy);
const journal = () => Object.values(world.ledger.dump('journal', '2026-03-02'));

it('is written to the journal, announced, and removed', async () => {
  await deliverAt(NOW);

  expect(journal()).toEqual([
    { at: NOW, by: 'runGate', subject: 'node', what: 'promoted', why: 'it passed', data: { sequence: 7 } },
  ]);
  expect(world.announcements.announced).toMatchObject([{ type: 'promoted', subject: 'node' }]);
  expect(await waiting()).toEqual([]);
});

describe('an announcement that the topic does not take', () => {
  it('stops nothing: it is in the journal, and is announced under the same id at the next look', async () => {
    failNext();

    await deliverAt(NOW);
    expect(journal()).toHaveLength(1);
    expect(await waiting()).toHaveLength(1);
    await deliverAt(NOW + MINUTE);

    expect(world.announcements.announced).toHaveLength(1);
    expect(journal()).toHaveLength(1);
    expect(await waiting()).toEqual([]);
    expect(await readUndelivered(world.ledger)).toEqual([]);
    expect(world.logged).toEqual([]);
  });

  it('is waited for once in a look, however many there are', async () => {
    await tellOf('rejected', NOW + 1);
    failNext();

    await deliverAt(NOW + 2);

    expect(world.announcements.calls).toHaveLength(1);
    expect(journal()).toHaveLength(2);
    expect(await waiting()).toHaveLength(2);
  });

  it('degrades health, with the oldest of them and why', async () => {
    await tellOf('rejected', NOW + 1);
    failNext();
    await deliverAt(NOW + 2);

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json).toMatchObject({
      wrong: ['announcements: 2 not taken by the topic, since 2026-03-02T10:00:00.000Z: the topic does not answer'],
      undelivered: {
        announcements: 2,
        oldest: { at: '2026-03-02T10:00:00.000Z', subject: 'node', what: 'promoted', why: 'the topic does not answer' },
      },
    });
  });

  it('is dropped after a day, with a line for the person on call, and counted', async () => {
    failNext();
    await deliverAt(NOW + 24 * HOUR - 1);
    expect(await waiting()).toHaveLength(1);
    failNext();

    await deliverAt(NOW + 24 * HOUR);

    expect(await waiting()).toEqual([]);
    expect(await readUndelivered(world.ledger)).toEqual([]);
    expect(world.logged).toEqual(['announcement "promoted" of node dropped after a day: the topic does not answer']);
    expect(world.counted).toEqual([['announcements.dropped', { subject: 'node', type: 'promoted' }]]);
    expect(journal()).toHaveLength(1);
  });

  it('is tried again by the next sweep, also where nobody looks at the gate', async () => {
    failNext();
    await deliverAt(NOW);

    await endSweep(NOW + 5 * MINUTE);

    expect(world.announcements.announced).toHaveLength(1);
    expect(await waiting()).toEqual([]);
    expect((await call(world, 'getHealth')).json['undelivered']).toBeUndefined();
  });

  it('is tried once by a sweep while the topic takes nothing', async () => {
    await tellOf('rejected', NOW + 1);
    failNext();
    await deliverAt(NOW + 2);
    failNext();

    await endSweep(NOW + 5 * MINUTE);

    expect(world.announcements.calls).toHaveLength(2);
    expect(await waiting()).toHaveLength(2);
  });

  it('leaves no note behind where the process died between its delivery and the note', async () => {
    failNext();
    await deliverAt(NOW);
    const [row] = await waiting();
    await world.ledger.write('gates', 'node', [{ kind: 'delete', key: row?.key ?? '', ifMatch: 'any' }]);

    await endSweep(NOW + 5 * MINUTE);

    expect(await readUndelivered(world.ledger)).toEqual([]);
  });

  const endSweep = (endedAt: number) =>
    activities(world).endSweep({ endedAt, gates: 1, started: [], ended: [], problems: [] }, world.stories);
});

it('a journal that cannot be written is no small thing: nothing is announced, and the look is tried again', async () => {
  world.ledger.failNext('write', new Error('the storage account does not answer'));

  await expect(deliverAt(NOW)).rejects.toThrow('the storage account does not answer');

  expect(world.announcements.announced).toEqual([]);
  expect(await waiting()).toHaveLength(1);
});
