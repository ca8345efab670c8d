/** The steps of a promotion, one by one: each belongs to one attempt, and what is late changes nothing. */
import { beforeEach, describe, expect, it, test } from 'vitest';
import { activities } from '../../../../functions/activities/activities.ts';
import { parseTagReference } from '../../../../shared/domain/reference.ts';
import { readPromotions } from '../../../../shared/ledger/gate-book.ts';
import { blue, green } from '../../../replay/gate-world.ts';
import { digestOf, image, imageIndex } from '../../../fakes/images.ts';
import { done, MINUTE, NOW } from '../../domain/gate-builders.ts';
import { functionWorld, QUARANTINE, STABLE, type FunctionWorld } from '../world.ts';

const { digest } = green.manifest;
const stable = parseTagReference(STABLE);
const RECORD = digestOf('its record');
const STEPS = [
  ...(['adoptStable', 'importUnique', 'readBackUnique', 'copyReferrers', 'attachRecord'] as const),
  ...(['lockUnique', 'moveStable', 'readBackStable'] as const),
] as const;

let world: FunctionWorld;
let steps: ReturnType<typeof activities>;
beforeEach(async () => {
  world = functionWorld();
  steps = activities(world);
  await world.setGate({ sequence: 1, upstream: { digest, since: NOW - 60 * MINUTE, sequence: 1 } });
  await ready(green);
});

/** In quarantine, and passed. */
async function ready(what: typeof green, sequence = 1): Promise<void> {
  world.registries.put(`${QUARANTINE}/node/node:any`, what.manifest);
  world.registries.putJson(what.config);
  const of = what.manifest.digest;
  await world.setCandidate({ digest: of, sequence, subject: of }, { functional: done('pass', { digest: of }) });
}

const begin = () => steps.beginPromotion({ gate: 'node', digest, sequence: 1 }, world.stories);
const run = (name: (typeof STEPS)[number], attempt = 1) =>
  steps[name]({ gate: 'node', attempt, at: NOW }, world.stories);
const complete = (attempt = 1) =>
  steps.completePromotion(
    { gate: 'node', attempt, layers: [['base', 'green']], record: RECORD, at: NOW },
    world.stories,
  );

async function until(last: (typeof STEPS)[number]): Promise<void> {
  await begin();
  for (const name of STEPS.slice(0, STEPS.indexOf(last) + 1)) await run(name);
}

describe('a step of a promotion that is another’s by now', () => {
  test.each(STEPS)('%s is lost and changes nothing', async (name) => {
    await until('lockUnique');
    await steps.dropIntention({ gate: 'node', attempt: 1, reason: { kind: 'nothing-to-do' }, at: NOW }, world.stories);
    await begin();
    const before = world.ledger.dump('gates', 'node');

    expect(await run(name, 1)).toEqual({ kind: 'lost' });

    expect(world.ledger.dump('gates', 'node')).toEqual(before);
    expect(await world.registries.digestOf(stable)).toBeUndefined();
  });

  it('completePromotion is lost and promotes nothing', async () => {
    await until('readBackStable');
    const before = world.ledger.dump('gates', 'node');

    expect(await complete(2)).toEqual({ kind: 'lost' });

    expect(world.ledger.dump('gates', 'node')).toEqual(before);
  });

  it('completePromotion the second time is lost, and the first one stands', async () => {
    await until('readBackStable');
    await complete();
    const before = world.ledger.dump('gates', 'node');

    expect(await complete()).toEqual({ kind: 'lost' });

    expect(world.ledger.dump('gates', 'node')).toEqual(before);
    expect(await readPromotions(world.ledger, 'node', { most: 9 })).toHaveLength(1);
  });

  it('dropIntention of an earlier attempt leaves the later one', async () => {
    await begin();

    await steps.dropIntention({ gate: 'node', attempt: 0, reason: { kind: 'nothing-to-do' }, at: NOW }, world.stories);

    expect((await world.gate()).intention).toMatchObject({ attempt: 1 });
  });
});

describe('beginning a promotion', () => {
  it('finds its own intention again', async () => {
    await begin();

    expect(await begin()).toEqual({ kind: 'begun', attempt: 1 });
  });

  it('is lost while another one is under way', async () => {
    await begin();
    await ready(blue, 2);

    const other = await steps.beginPromotion(
      { gate: 'node', digest: blue.manifest.digest, sequence: 2 },
      world.stories,
    );

    expect(other).toEqual({ kind: 'lost' });
    expect((await world.gate()).intention).toMatchObject({ digest });
  });

  it('is lost when the candidate has another number by now', async () => {
    await world.setCandidate({ digest, sequence: 3, subject: digest });

    expect(await begin()).toEqual({ kind: 'lost' });
  });

  it('takes an attempt that was never used, also after a drop', async () => {
    await begin();
    await steps.dropIntention({ gate: 'node', attempt: 1, reason: { kind: 'nothing-to-do' }, at: NOW }, world.stories);

    expect(await begin()).toEqual({ kind: 'begun', attempt: 2 });
  });
});

describe('what the stable tag named before', () => {
  const uniqueOf = (of: string) => parseTagReference(`${STABLE}-${of.slice(7, 19)}`);

  it('is written down before it is adopted, and not taken again after the move', async () => {
    world.registries.put(STABLE, blue.manifest);
    await until('moveStable');

    await run('adoptStable');

    expect((await world.gate()).adopted).toBe(blue.manifest.digest);
    expect(await world.registries.digestOf(uniqueOf(digest))).toBeUndefined();
    expect(world.registries.isLocked(uniqueOf(blue.manifest.digest))).toBe(true);
  });

  it('is looked at anew by a promotion that follows one which was given up', async () => {
    world.registries.put(STABLE, blue.manifest);
    await until('adoptStable');
    await steps.dropIntention({ gate: 'node', attempt: 1, reason: { kind: 'nothing-to-do' }, at: NOW }, world.stories);
    const pushed = image(['base', 'pushed by hand']).manifest;
    world.registries.put(STABLE, pushed);

    await begin();
    await run('adoptStable', 2);

    expect((await world.gate()).adopted).toBe(pushed.digest);
    expect(world.registries.isLocked(uniqueOf(pushed.digest))).toBe(true);
  });

  it('is protected with its children when it is an index', async () => {
    const { host, repository } = stable;
    const child = image(['base', 'arm'], 'linux/arm64').manifest;
    const index = imageIndex([blue, image(['base', 'arm'], 'linux/arm64')]);
    for (const manifest of [blue.manifest, child]) world.registries.put({ host, repository }, manifest);
    world.registries.put(STABLE, index);

    await until('adoptStable');

    for (const each of [index.digest, child.digest, blue.manifest.digest]) {
      expect(world.registries.isProtected({ ...stable, digest: each })).toBe(true);
    }
  });
});

describe('reading back', () => {
  it('stops when the unique tag names something else, before the stable tag is touched', async () => {
    await until('importUnique');
    world.registries.put(`${STABLE}-ca1`, blue.manifest);

    await expect(run('readBackUnique')).rejects.toThrow('the stable tag was not moved');
  });

  it('stops when the stable tag names something else right after the move', async () => {
    await until('moveStable');
    world.registries.put(STABLE, blue.manifest);

    await expect(run('readBackStable')).rejects.toThrow('see who else writes it');
  });

  it('a locked stable tag is not moved, and a person is told what to do', async () => {
    world.registries.put(STABLE, blue.manifest);
    await world.registries.lockTag(stable);
    await until('lockUnique');

    await expect(run('moveStable')).rejects.toThrow('unlock the tag, or hold the gate');
    expect(await world.registries.digestOf(stable)).toBe(blue.manifest.digest);
  });
});

it('completing writes the promotion, the settled candidate, its evidence and what is told at once', async () => {
  await until('readBackStable');
  const writes = world.ledger.calls.filter(({ method }) => method === 'write').length;

  await complete();

  expect(world.ledger.calls.filter(({ method }) => method === 'write')).toHaveLength(writes + 1);
  const row = await world.gate();
  expect(row).toMatchObject({ current: { digest, sequence: 1, unique: '15-alpine-ca1' }, followersDue: true });
  expect(row.intention).toBeUndefined();
  expect(await world.ledger.rows('gates', 'node', { openOnly: true })).toMatchObject([
    { key: 'gate' },
    { key: expect.stringMatching(/^outbox:.*promoted-1$/) },
  ]);
});
