/** Which images and rollouts a sweep starts, and that one of many stops none of the others. */
import { beforeEach, describe, expect, it } from 'vitest';
import { sweepGates } from '../../../../functions/activities/sweep/sweep-gates.ts';
import { sweepImages } from '../../../../functions/activities/sweep/sweep-images.ts';
import { writeHoldOnEverything } from '../../../../shared/ledger/hold-book.ts';
import { IMAGE, newImage, ROLLOUT } from '../../../../shared/ledger/image-book.ts';
import { tell } from '../../../../shared/ledger/outbox.ts';
import { request } from '../../../../shared/ledger/request.ts';
import { SCHEMA } from '../../../../shared/ledger/rows.ts';
import { green } from '../../../replay/gate-world.ts';
import { MINUTE, NOW } from '../../domain/gate-builders.ts';
import { functionWorld, UPSTREAM, type FunctionWorld } from '../world.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const sweep = (images = ['hello'], rollouts = ['hello']) =>
  sweepImages(world)({ images, rollouts, at: NOW }, world.stories);
const rest = (key: string, reason: object, dueAt?: number) =>
  world.ledger.write('images', 'hello', [
    {
      kind: 'put',
      key,
      ifMatch: 'any',
      open: true,
      schema: 1,
      data: { ...newImage, failures: 2, resting: { reason, at: NOW - MINUTE, ...(dueAt ? { dueAt } : {}) } },
    },
  ]);
const trouble = { kind: 'trouble', message: 'busy' };

describe('a sweep of images', () => {
  it('starts every image and every rollout', async () => {
    await rest(IMAGE, { kind: 'up-to-date' });
    await rest(ROLLOUT, { kind: 'secret-missing', app: 'web', names: ['db-password'] });

    expect(await sweep()).toEqual({ started: ['buildImage hello', 'rollOut hello'], ended: [] });
  });

  it('leaves an image in trouble until it is due, and goes on with its rollout', async () => {
    await rest(IMAGE, trouble, NOW + 1);

    expect((await sweep()).started).toEqual(['rollOut hello']);
  });

  it('leaves a rollout in trouble until it is due, and goes on with its image', async () => {
    await rest(ROLLOUT, trouble, NOW + 1);

    expect((await sweep()).started).toEqual(['buildImage hello']);
  });

  it('starts what is in trouble once it is due', async () => {
    await rest(IMAGE, trouble, NOW);
    await rest(ROLLOUT, trouble, NOW);

    expect((await sweep()).started).toHaveLength(2);
  });

  it('starts what is in trouble when something was asked of it since', async () => {
    await rest(IMAGE, trouble, NOW + MINUTE);
    await request(world.ledger, 'images', 'hello');

    expect((await sweep()).started).toContain('buildImage hello');
  });

  it('starts what it cannot read: its story finds the same trouble, and rests on it', async () => {
    world.ledger.failNext('rows', new Error('the storage account does not answer'));

    expect((await sweep(['hello'], [])).started).toEqual(['buildImage hello']);
  });

  it('says of each thing whose rows are of a later version of the app that it cannot read them', async () => {
    await world.ledger.write('images', 'hello', [
      { kind: 'put', key: IMAGE, ifMatch: 'any', open: true, schema: SCHEMA + 1, data: newImage },
    ]);

    expect((await sweep()).unreadable).toEqual([
      expect.stringMatching(/^image "hello": ledger row "image" has schema/),
      expect.stringMatching(/^rollout "hello": ledger row "image" has schema/),
    ]);
  });

  it('starts the others when one cannot be started, and says which', async () => {
    const { start } = world.stories;
    world.stories.start = async (story, thing) => {
      if (thing === 'broken') throw new Error('the task hub does not answer');
      return start(story, thing);
    };

    const swept = await sweep(['broken', 'hello'], ['broken', 'hello']);

    expect(swept.started).toEqual(['buildImage hello', 'rollOut hello']);
    expect(swept.failed).toEqual([
      'buildImage broken: the task hub does not answer',
      'rollOut broken: the task hub does not answer',
    ]);
    expect(world.logged).toHaveLength(2);
  });
});

describe('a sweep of gates', () => {
  it('does not fail for one that cannot be started, and says which', async () => {
    world.stories.fail(new Error('the task hub does not answer'));

    const swept = await sweepGates(world)({ gates: ['node'], at: NOW }, world.stories);

    expect(swept).toEqual({ started: [], ended: [], failed: ['runGate node: the task hub does not answer'] });
  });

  it('starts a gate that rests as held when nothing holds it any more', async () => {
    const hold = { by: 'ada', why: 'incident', at: NOW };
    const told = tell('x', { ...hold, subject: 'everything', what: 'hold', data: {} });
    world.upstreams.set(UPSTREAM, green.manifest);
    await world.setGate({
      upstream: { digest: green.manifest.digest, since: NOW, sequence: 1 },
      resting: { reason: { kind: 'held', by: 'ada', why: 'incident' }, at: NOW },
    });
    const sweepAll = async () => (await sweepGates(world)({ gates: ['node'], at: NOW }, world.stories)).started;

    await writeHoldOnEverything(world.ledger, hold, told);
    expect(await sweepAll()).toEqual([]);
    await writeHoldOnEverything(world.ledger, undefined, told);

    expect(await sweepAll()).toEqual(['runGate node']);
  });
});
