/** Skipping the soak or a freeze for one digest: it takes two people, and only what is still to come can be skipped. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readCandidate } from '../../../../shared/ledger/gate-book.ts';
import { A, B, promotion, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

let world: FunctionWorld;
beforeEach(async () => {
  world = functionWorld({ gates: { 'soak: 3d': 'soak: 3d' } });
  await world.setGate({ sequence: 1, upstream: { digest: A, since: 1, sequence: 1 } });
  await world.setCandidate({ digest: A, subject: subjectOf(A), seenSince: Date.now() });
});

const ask = (id: string, skip = 'soak', digest: string = A) =>
  call(world, 'requestOverride', {
    params: { gate: 'node', digest },
    body: { skip, reason: `CVE, says ${id}` },
    authMode: 'entra',
    headers: principal(['operator'], { id }),
  });
const seen = async () =>
  (await call(world, 'getCandidate', { params: { gate: 'node', digest: A } })).json['overrides'] as
    object[] | undefined;
const row = async () => (await readCandidate(world.ledger, 'node', A))?.row.value;
const promoted = { outcome: { kind: 'promoted' as const }, at: 1, checkHashes: [] };

describe('POST overrides', () => {
  it('is asked by one person, and counts when another one agrees', async () => {
    expect((await ask('ada')).json).toEqual({ gate: 'node', what: 'override asked' });
    expect(await seen()).toEqual([expect.objectContaining({ skip: 'soak', by: 'ada', why: 'CVE, says ada' })]);

    expect((await ask('bob')).json).toEqual({ gate: 'node', what: 'override agreed' });

    expect(await seen()).toMatchObject([{ by: 'ada', agreed: { by: 'bob', why: 'CVE, says bob' } }]);
    expect(world.stories.started).toContain('runGate node');
  });

  it('does not count when the same person asks twice', async () => {
    await ask('ada');

    const { status, json } = await ask('ada');

    expect(status).toBe(409);
    expect(json['detail']).toContain('another person has to agree');
    expect((await row())?.overrides?.[0]?.agreed).toBeUndefined();
  });

  it('is refused when two have agreed already', async () => {
    await ask('ada');
    await ask('bob');

    const { status, json } = await ask('eve');

    expect(status).toBe(409);
    expect(json['detail']).toContain('ada asked for it, and bob agreed');
  });

  it('keeps soak and freeze apart', async () => {
    await ask('ada', 'soak');

    expect((await ask('bob', 'freeze')).json).toMatchObject({ what: 'override asked' });
    expect((await row())?.overrides).toMatchObject([{ skip: 'soak' }, { skip: 'freeze' }]);
  });

  it('skips nothing but a soak or a freeze', async () => {
    const { status, json } = await ask('ada', 'checks');

    expect(status).toBe(422);
    expect(json['detail']).toBe('skip: there is "soak" and "freeze"; no check can be skipped');
  });

  it('stands in the journal with who and why', async () => {
    await ask('ada', 'freeze');
    await ask('bob', 'freeze');

    expect(Object.values(world.ledger.dump('gates', 'node'))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          by: 'ada',
          what: 'override asked',
          why: 'CVE, says ada',
          data: { digest: A, skip: 'freeze' },
        }),
        expect.objectContaining({ by: 'bob', what: 'override agreed', why: 'CVE, says bob' }),
      ]),
    );
  });

  it('of a freeze lets what is promoted be built on and deployed', async () => {
    await world.setCandidate({ digest: A, subject: subjectOf(A), settled: promoted });
    await world.setGate({ current: promotion(A, 1) });
    await ask('ada', 'freeze');
    expect((await world.gate()).current?.skipsFreeze).toBeUndefined();

    await ask('bob', 'freeze');

    expect((await world.gate()).current?.skipsFreeze).toBe(true);
    expect(world.stories.started).toContain('buildImage hello');
  });

  it('is refused for what is settled and not the current one', async () => {
    await world.setCandidate({ digest: A, settled: promoted });
    await world.setGate({ current: promotion(B, 2) });

    const { status, json } = await ask('ada', 'freeze');

    expect(status).toBe(409);
    expect(json['detail']).toContain('there is nothing left to skip');
  });

  it('of the soak is refused for what is promoted', async () => {
    await world.setCandidate({ digest: A, settled: promoted });
    await world.setGate({ current: promotion(A, 1) });

    expect((await ask('ada', 'soak')).json['detail']).toContain('there is no soak left to skip');
  });
});
