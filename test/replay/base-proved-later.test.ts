/** An image that was there before its gate promoted what it stands on: only its layers say so, and they are compared again after a promotion. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { image } from '../fakes/images.ts';
import { call } from '../unit/functions/http/call.ts';
import { builder, layersOf, push } from './building-world.ts';
import { blue, gateWorld, green, MINUTE, type GateWorld } from './gate-world.ts';
import { steering } from './steering.ts';

const onGreen = image([...layersOf(green), 'page']);
const onBlue = image([...layersOf(blue), 'page']);
const onNothing = image(['another', 'page']);

let world: GateWorld;
beforeEach(() => {
  world = builder();
});
afterEach(() => world.close());

it('follows its gate from the first promotion on, and what its app runs stays until there is a newer version', async () => {
  const on = steering(world);
  const digest = await there(onGreen);
  expect(await waitsFor()).toBe('base-not-proved');
  expect(await on.page()).toBe(digest);

  const base = await on.pushed(green);

  expect(await seen()).toMatchObject({ newest: { digest, number: 1, base: { gate: 'node', digest: base } } });
  expect(await waitsFor()).toBe('up-to-date');
  expect(on.builds()).toBe(0);
  expect(world.ports.groups.puts).toHaveLength(1);

  await on.pushed(blue);

  expect(on.builds()).toBe(1);
  expect(await on.page()).toBe(onBlue.manifest.digest);
});

it('says in the journal on what it was found to stand, once', async () => {
  await there(onGreen);

  const base = await steering(world).pushed(green);
  await sweeps(3);

  const { json } = await call({ ...world.surroundings, stories: world.stories }, 'readJournal', {
    query: 'day=2026-01-05&subject=hello&what=base%20proved',
  });
  expect(json['entries']).toMatchObject([
    { by: 'buildImage', data: { number: 1, base: { gate: 'node', digest: base } } },
  ]);
});

it('that stands on nothing of its gate is compared once for each promotion, and not by each look', async () => {
  const on = steering(world);
  const digest = await there(onNothing);
  const compared = comparisons(digest);

  await on.pushed(green);
  await sweeps(3);
  expect(compared()).toBe(1);
  await on.pushed(blue);
  await sweeps(3);

  expect(compared()).toBe(2);
  expect(await waitsFor()).toBe('base-not-proved');
  expect(on.builds()).toBe(0);
});

it('whose base is proved is not compared again', async () => {
  const on = steering(world);
  const digest = await there(onGreen);
  await on.pushed(green);
  const compared = comparisons(digest);

  await sweeps(3);

  expect(compared()).toBe(0);
});

it('is proved once though the process dies right before the look is answered', async () => {
  await world.close();
  const dying = { now: false };
  const before = builder();
  world = gateWorld(
    {},
    {
      from: before,
      wrap: async (name, run) => {
        const answer = await run();
        if (name !== 'lookAtImage' || !dying.now) return answer;
        dying.now = false;
        throw new Error('the process died');
      },
    },
  );
  const on = steering(world);
  await there(onGreen);

  dying.now = true;
  const base = await on.pushed(green);
  await sweeps(2);

  expect(dying.now).toBe(false);
  expect(await seen()).toMatchObject({ newest: { number: 1, base: { digest: base } } });
  expect(await waitsFor()).toBe('up-to-date');
  await before.close();
});

async function there(what: typeof onGreen): Promise<Digest> {
  const digest = push(world, what, 'v1');
  await sweeps(1);
  return digest;
}

async function sweeps(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await world.wake('sweep', '');
    await world.pass(MINUTE);
  }
}

/** How often the registry has been asked for this manifest since. */
function comparisons(digest: Digest): () => number {
  const { registries } = world.surroundings;
  const asked = registries.manifest.bind(registries);
  let times = 0;
  registries.manifest = (image) => {
    if ('digest' in image && image.digest === digest) times += 1;
    return asked(image);
  };
  return () => times;
}

const seen = async () =>
  (await call({ ...world.surroundings, stories: world.stories }, 'getImage', { params: { image: 'hello' } })).json;
const waitsFor = async () => (await steering(world).image())?.resting?.reason.kind;
