/** Freezing everything until a time, and thawing it: what is written, who is asked to look, and what is refused. */
import { beforeEach, describe, expect, it, test } from 'vitest';
import { dayOf } from '../../../../shared/ledger/journal-book.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const HOUR = 3_600_000;
const after = (ms: number) => new Date(Date.now() + ms).toISOString();
const seen = async () => (await call(world, 'getFreeze')).json['freeze'];

describe('the freeze of everything', () => {
  it('is written with who, why and until when, and everything is asked to look', async () => {
    const until = after(HOUR);

    const { status, headers, json } = await call(world, 'freezeAll', {
      body: { until, reason: 'black friday' },
      authMode: 'entra',
      headers: principal(['operator'], { id: 'ada-object-id' }),
    });

    expect(status).toBe(202);
    expect(headers['location']).toBe('/api/freeze');
    expect(json).toEqual({ what: 'freeze', asked: ['hello', 'node'], notAsked: [] });
    expect(await seen()).toMatchObject({ by: 'ada-object-id', why: 'black friday', until });
    expect(world.stories.started.toSorted()).toEqual(['buildImage hello', 'rollOut hello', 'runGate node']);
    expect(Object.values(world.ledger.dump('journal', dayOf(Date.now())))).toMatchObject([
      { by: 'ada-object-id', subject: 'everything', what: 'freeze', why: 'black friday', data: { until } },
    ]);
  });

  it('is named by the gate and by health', async () => {
    await call(world, 'freezeAll', { body: { until: after(HOUR), reason: 'black friday' } });
    await world.setGate({});

    const gate = await call(world, 'getGate', { params: { gate: 'node' } });
    const health = await call(world, 'getHealth');

    expect(gate.json['freezeOnEverything']).toMatchObject({ why: 'black friday' });
    expect(health.json['freeze']).toMatchObject({ why: 'black friday' });
  });

  it('is known by the object id, and said by name wherever it is shown', async () => {
    const ada = principal(['operator'], { id: 'oid-7', name: 'Ada Lovelace' });
    const body = { until: after(HOUR), reason: 'black friday' };

    await call(world, 'freezeAll', { body, authMode: 'entra', headers: ada });
    await world.setGate({});

    const named = { by: 'oid-7', name: 'Ada Lovelace', why: 'black friday' };
    expect(await seen()).toMatchObject(named);
    expect((await call(world, 'getHealth')).json['freeze']).toMatchObject(named);
    expect((await call(world, 'getGate', { params: { gate: 'node' } })).json['freezeOnEverything']).toMatchObject(
      named,
    );
  });

  it('reads a time with any offset', async () => {
    const later = new Date(Date.now() + HOUR);
    const inKolkata = `${new Date(later.getTime() + 5.5 * HOUR).toISOString().slice(0, 19)}+05:30`;

    await call(world, 'freezeAll', { body: { until: inKolkata, reason: 'sale' } });

    expect(await seen()).toMatchObject({ until: `${later.toISOString().slice(0, 19)}.000Z` });
  });

  it('is ended by a person, and everything looks again', async () => {
    await call(world, 'freezeAll', { body: { until: after(HOUR), reason: 'sale' } });
    world.stories.started.length = 0;

    const { json } = await call(world, 'thawAll');

    expect(json).toMatchObject({ what: 'thaw' });
    expect(await seen()).toBeUndefined();
    expect(world.stories.started).toContain('runGate node');
  });

  test.each([
    ['no end', { reason: 'sale' }, 'until: write a time with its offset, such as 2026-12-27T08:00:00+01:00'],
    [
      'an end without an offset',
      { until: '2030-01-01T00:00:00', reason: 'sale' },
      'until: write a time with its offset',
    ],
    ['an end that is over', { until: after(-HOUR), reason: 'sale' }, 'is over; name a time that is to come'],
    [
      'an end more than a year away',
      { until: after(367 * 24 * HOUR), reason: 'sale' },
      'to stop for longer, PUT /api/hold',
    ],
    ['no reason', { until: after(HOUR) }, 'reason:'],
  ])('is refused with %s', async (_, body, says) => {
    const { status, json } = await call(world, 'freezeAll', { body });

    expect(status).toBe(422);
    expect(json['detail']).toContain(says);
    expect(await seen()).toBeUndefined();
  });
});
