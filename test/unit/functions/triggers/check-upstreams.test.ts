import { beforeEach, describe, expect, it } from 'vitest';
import { checkUpstreams } from '../../../../functions/triggers/check-upstreams.ts';
import { functionWorld, MINUTE, type FunctionWorld } from '../world.ts';

const NOW = Date.parse('2026-03-02T10:00:00.000Z');
let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

describe('the timer', () => {
  it('starts a sweep', async () => {
    await checkUpstreams(world.stories, NOW);

    expect(world.stories.started).toEqual(['sweep']);
  });

  it('leaves one at work that makes progress', async () => {
    world.stories.atWork('sweep', '', NOW - 14 * MINUTE);

    await checkUpstreams(world.stories, NOW);

    expect(world.stories.ended).toEqual([]);
    expect(world.stories.started).toEqual([]);
  });

  it('ends one that has made no progress for a quarter of an hour, and starts the next', async () => {
    world.stories.atWork('sweep', '', NOW - 15 * MINUTE);

    await checkUpstreams(world.stories, NOW);

    expect(world.stories.ended).toEqual(['sweep']);
    expect(world.stories.started).toEqual(['sweep']);
  });
});
