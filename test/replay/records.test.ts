/** A promotion leaves a signed record on what it promoted. */
import { afterEach, describe, expect, it } from 'vitest';
import { verifyRecordOf } from '../../functions/activities/record/verify-record.ts';
import { BUNDLE_TYPE } from '../../shared/domain/record/envelope.ts';
import { attachment } from '../fakes/images.ts';
import {
  blue,
  gateWorld,
  green,
  MINUTE,
  STABLE,
  UPSTREAM,
  type GateWorld,
  type Wrap,
  type WorldOptions,
} from './gate-world.ts';
import { at, host, promote, recordsOn, repository } from './recording.ts';

const worlds: GateWorld[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())));
const keep = (world: GateWorld): GateWorld => {
  worlds.push(world);
  return world;
};

const checked = (options: WorldOptions = {}): GateWorld => {
  const world = keep(gateWorld({}, options));
  world.checksAnswer(() => 0);
  return world;
};

describe('the record of a promotion', () => {
  it('is attached to the promoted digest, protected, and says what was decided on what evidence', async () => {
    const world = checked({ on: 'host' });

    const digest = await promote(world);

    const [found, ...more] = await recordsOn(world, digest);
    expect(more).toEqual([]);
    expect(found?.record).toMatchObject({
      gate: 'node',
      upstream: { reference: UPSTREAM, digest },
      subject: digest,
      stable: STABLE,
      unique: (await world.gate()).current?.unique,
      sequence: 1,
      policy: world.policy.hash,
      evidence: [
        {
          check: 'functional',
          checkHash: world.policy.gates['node']?.checks[0]?.hash,
          verdict: 'pass',
          digest,
          platform: 'linux/amd64',
        },
      ],
      key: (await world.ports.signing.keys())[0]?.id,
    });
    expect(found && world.ports.registries.isProtected(at(found.digest))).toBe(true);
    expect((await world.gate()).current).toMatchObject({ record: found?.digest });
    await world.everyPrefixReplays(world.history('gate-node'));
  });

  it('is there before the stable tag moves', async () => {
    const seen: unknown[] = [];
    const world: GateWorld = keep(
      gateWorld(
        {},
        {
          wrap: async (name, run) => {
            if (name === 'moveStable')
              seen.push(await world.stable(), (await recordsOn(world, green.manifest.digest)).length);
            return run();
          },
        },
      ),
    );
    world.checksAnswer(() => 0);

    await promote(world);

    expect(seen).toEqual([undefined, 1]);
  });

  it('still counts when its digest is sighted again, and the promotion takes the later number', async () => {
    const world = checked();
    const digest = await promote(world, green);
    world.push(blue);
    world.checksAnswer(() => 1);
    await promote(world, blue);
    await promote(world, green);
    expect((await world.gate()).current).toMatchObject({ digest, sequence: 3 });

    const verified = await verifyRecordOf(world.surroundings, { gate: 'node', digest });

    expect(verified).toMatchObject({
      kind: 'verified',
      said: expect.stringContaining('promotion 1 of gate') as string,
    });
  });

  it('names what was promoted before it', async () => {
    const world = checked();
    const first = await promote(world, green);

    const second = await promote(world, blue);

    expect((await recordsOn(world, second))[0]?.record).toMatchObject({ previous: first, sequence: 2 });
  });

  it('waits for a key: without one nothing moves, and it is said what to do', async () => {
    const world = checked();
    const [key] = await world.ports.signing.keys();
    world.ports.signing.disable(key?.version ?? '');

    const digest = await promote(world);
    expect(await world.stable()).toBeUndefined();
    const candidate = JSON.stringify(world.ports.ledger.dump('gates', 'node'));
    expect(candidate).toContain('the key vault has no enabled version of the key that SIGNING_KEY names');

    world.ports.signing.rotate();
    await world.pass(5 * MINUTE);
    await world.wake('sweep', '');
    await world.pass(MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it.each(['before', 'after'] as const)('is made once when the task hub is lost %s it was attached', async (when) => {
    let dead = false;
    const never = new Promise<never>(() => {});
    const wrap: Wrap = async (name, run) => {
      if (dead) return never;
      if (name !== 'attachRecord') return run();
      if (when === 'after') await run();
      dead = true;
      return never;
    };
    const first = gateWorld({}, { on: 'host', wrap }); // Lost with what it is at: nothing of it can be closed.
    first.checksAnswer(() => 0);
    const digest = first.push(green);
    await Promise.race([first.wake('runGate', 'node').then(() => first.pass(MINUTE)), until(() => dead)]);
    expect(await first.stable()).toBeUndefined();

    const second = keep(gateWorld({}, { on: 'host', from: first }));
    await second.pass(5 * MINUTE);
    await second.wake('sweep', '');
    await second.pass(MINUTE);

    expect(await second.stable()).toBe(digest);
    expect(await recordsOn(second, digest)).toHaveLength(1);
    expect(second.ports.signing.signed()).toBe(1);
  });

  it('that two instances of the gate attach at once are both true, and the promotion names one of them', async () => {
    const first = checked({ on: 'host' });
    const second = keep(gateWorld({}, { on: 'host', from: first }));
    const digest = first.push(green);

    await Promise.all([first.wake('runGate', 'node'), second.wake('runGate', 'node')]);
    for (let minutes = 0; minutes < 3; minutes++) {
      await first.pass(MINUTE);
      await second.settle();
    }

    const records = await recordsOn(first, digest);
    expect(await first.stable()).toBe(digest);
    expect(records.map((found) => found.digest)).toContain((await first.gate()).current?.record);
    for (const { record } of records) expect(record).toMatchObject({ gate: 'node', subject: digest, sequence: 1 });
  });
});

it('what others attach to a promoted digest is no record, whatever it says of itself', async () => {
  const world = checked();
  const digest = await promote(world);
  const subject = await world.ports.registries.manifest(at(digest));
  if (!subject) throw new Error('it was promoted');

  world.ports.registries.put({ host, repository }, attachment(subject, BUNDLE_TYPE, 'a signature by cosign'));

  expect(await recordsOn(world, digest)).toHaveLength(1);
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
