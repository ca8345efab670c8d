/**
 * Law 5 for a recall: the whole task hub is lost after every single activity of it, once each; what is put back is put back all the same.
 *
 * One gate lives through all of it: each time something new is promoted over the first digest, recalled, and the hub dies one activity later.
 * (What is lost before an activity was lost after the one before.)
 */
import { expect, it } from 'vitest';
import { readRecords } from '../../shared/record/read-records.ts';
import { parseTagReference, type Digest } from '../../shared/domain/reference.ts';
import { image, type Image } from '../fakes/images.ts';
import { call } from '../unit/functions/http/call.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { gateWorld, green, MINUTE, STABLE, type GateWorld, type Wrap } from './gate-world.ts';

const policy = valid({ gates: { 'soak: 3d': 'soak: 0s' } });
/** What follows a promotion is for `lost-follow.test.ts`. */
const alone = { ...policy, images: {}, apps: {} };

interface First {
  digest: Digest;
  sequence: number;
  unique: string;
}

it('a task hub that is lost after any activity of a recall: the one before is stable again under its old number and tag', async () => {
  let world = begin();
  const first = await promotedFirst(world);
  let lives = 0;
  let died = true;

  for (let at = 0; died; at += 1) {
    const bad = await promoted(world, image(['base', `bad ${at}`]));
    const { wrap, hub } = dyingAfter(at);
    const dying = begin({ from: world, wrap });
    await recall(dying, bad);
    await Promise.race([dying.wake('runGate', 'node').then(() => dying.pass(3_000)), hub.dead]);
    died = hub.isDead();
    const restarted = begin({ from: dying });
    await sweep(restarted);
    await assertPutBack(restarted, { first, bad, where: `lost after activity ${at}` });
    await world.close();
    world = restarted;
    lives += 1;
  }

  expect(lives).toBeGreaterThan(12);
  await world.close();
});

it('every activity of a recall run twice changes nothing the second time', async () => {
  const world = begin({ wrap: async (_, run) => (await run(), run()) });
  const first = await promotedFirst(world);
  const bad = await promoted(world, image(['base', 'bad']));

  await recall(world, bad);
  await world.wake('runGate', 'node');
  await world.pass(3_000);

  await assertPutBack(world, { first, bad, where: 'run twice' });
  await world.close();
});

function begin(options: { from?: GateWorld; wrap?: Wrap } = {}): GateWorld {
  const world = gateWorld({}, options);
  world.ports.policies.set(alone);
  world.checksAnswer(() => 0);
  return world;
}

/** A task hub that stands still once so many activities have run: what was asked of it is never answered. */
function dyingAfter(activities: number): { wrap: Wrap; hub: { dead: Promise<void>; isDead: () => boolean } } {
  let left = activities;
  let die = () => {};
  const dead = new Promise<void>((resolve) => (die = resolve));
  let isDead = false;
  const wrap: Wrap = async (_, run) => {
    if (left === 0) {
      isDead = true;
      die();
      return new Promise<never>(() => {});
    }
    left -= 1;
    return run();
  };
  return { wrap, hub: { dead, isDead: () => isDead } };
}

async function promotedFirst(world: GateWorld): Promise<First> {
  const digest = await promoted(world, green);
  const { sequence = 0, unique = '' } = (await world.gate()).current ?? {};
  return { digest, sequence, unique };
}

async function promoted(world: GateWorld, what: Image): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(3_000);
  expect(await world.stable()).toBe(digest);
  return digest;
}

/** It is in the ledger when it is answered; the story is started by the test, which waits for it. */
async function recall(world: GateWorld, digest: Digest): Promise<void> {
  const stories = { ...world.stories, start: async () => 'started' as const };
  const { status } = await call({ ...world.surroundings, stories }, 'recallDigest', {
    at: world.clock.now(),
    params: { gate: 'node', digest },
    body: { reason: 'CVE-2026-1' },
  });
  expect(status).toBe(202);
}

async function sweep(world: GateWorld): Promise<void> {
  await world.wake('sweep', '');
  await world.pass(MINUTE);
}

async function assertPutBack(world: GateWorld, { first, bad, where }: { first: First; bad: Digest; where: string }) {
  const { registries, signing } = world.ports;
  expect(await world.stable(), where).toBe(first.digest);
  const gate = await world.gate();
  expect(gate.current, where).toMatchObject(first);
  expect(gate.intention, where).toBeUndefined();
  expect(
    gate.recalled?.filter(({ digest }) => digest === bad),
    where,
  ).toHaveLength(1);
  expect(await world.outcome(first.digest), where).toMatchObject({ kind: 'promoted', unique: first.unique });

  const { host, repository } = parseTagReference(STABLE);
  const tags = await registries.tags({ host, repository });
  expect(
    tags.filter(({ digest, tag }) => digest === first.digest && tag !== '15-alpine'),
    where,
  ).toHaveLength(1);
  const publicKeys = (await signing.keys()).map(({ publicKey }) => publicKey);
  const { records } = await readRecords(registries, { host, repository, digest: first.digest }, { publicKeys });
  expect(
    records.filter(({ record }) => record.previous === bad),
    where,
  ).toHaveLength(1);
}
