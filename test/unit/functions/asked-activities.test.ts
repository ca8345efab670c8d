/** What an activity is asked is looked at before it does anything: another version of the app may have asked it. */
import { expect, test } from 'vitest';
import { activities } from '../../../functions/activities/activities.ts';
import { askedActivities, RequestRefused } from '../../../functions/asked-activities.ts';
import * as steps from '../../../orchestrations/steps.ts';
import { green } from '../../replay/gate-world.ts';
import { functionWorld, UPSTREAM } from './world.ts';

test('every step of a story has its activity, and every activity its step', () => {
  const called = Object.values(steps).map(({ activity }) => activity);

  expect(called.toSorted()).toEqual(Object.keys(activities(functionWorld())).toSorted());
});

test('a request that lacks something is refused by the name of its activity and of what it lacks, and nothing is done', async () => {
  const world = functionWorld();
  world.upstreams.set(UPSTREAM, green.manifest);
  const { lookAtGate } = askedActivities(world);

  const asking = lookAtGate?.({ gate: 'node' }, world.stories);

  await expect(asking).rejects.toThrow(RequestRefused);
  await expect(asking).rejects.toThrow(/activity "lookAtGate" .* did nothing .*at at/);
  expect(world.ledger.dump('gates', 'node')).toEqual({});
  expect(world.upstreams.calls).toEqual([]);
});

test('a request that has more than is known goes to the activity', async () => {
  const world = functionWorld();
  world.upstreams.set(UPSTREAM, green.manifest);
  const { lookAtGate } = askedActivities(world);

  const look = await lookAtGate?.({ gate: 'node', at: 1, season: 'of a later version' }, world.stories);

  expect(look).toMatchObject({ kind: 'gate' });
});
