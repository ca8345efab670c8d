/** A promotion leaves a signed record on what it promoted, and nothing is built on or deployed from a promotion whose record does not hold. */
import { afterEach, describe, expect, it } from 'vitest';
import { verifyRecordOf } from '../../functions/activities/record/verify-record.ts';
import { parseTagReference, type Digest, type DigestReference } from '../../shared/domain/reference.ts';
import { BUNDLE_TYPE } from '../../shared/domain/record/envelope.ts';
import { readPromotions } from '../../shared/ledger/gate-book.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import type { Manifest } from '../../shared/ports.ts';
import { readRecords, type FoundRecord } from '../../shared/record/read-records.ts';
import { running } from '../fakes/groups.ts';
import { attachment } from '../fakes/images.ts';
import { builder, GROUP } from './building-world.ts';
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

const worlds: GateWorld[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())));
const keep = (world: GateWorld): GateWorld => {
  worlds.push(world);
  return world;
};

const { host, repository } = parseTagReference(STABLE);
const at = (digest: Digest): DigestReference => ({ host, repository, digest });

async function recordsOn(world: GateWorld, digest: Digest): Promise<FoundRecord[]> {
  const publicKeys = (await world.ports.signing.keys()).map(({ publicKey }) => publicKey);
  return (await readRecords(world.ports.registries, at(digest), { publicKeys })).records;
}

async function promote(world: GateWorld, what = green): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
  return digest;
}

/** As somebody would who may write to the registry. */
async function removeRecord(world: GateWorld, digest: Digest): Promise<Manifest> {
  const { registries } = world.ports;
  const [found] = await recordsOn(world, digest);
  const manifest = found && (await registries.manifest(at(found.digest)));
  if (!manifest) throw new Error('there is no record to remove');
  await registries.unprotectManifest(at(manifest.digest));
  await registries.deleteManifest(at(manifest.digest));
  return manifest;
}

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

describe('nothing is built on a promotion', () => {
  it('whose record somebody took away, and the reason is said and announced', async () => {
    const world = keep(
      builder({}, {}, { wrap: async (name, run) => (name === 'startBuild' ? (await removeOnce(), run()) : run()) }),
    );
    let removed = false;
    async function removeOnce(): Promise<void> {
      if (!removed) await removeRecord(world, green.manifest.digest);
      removed = true;
    }

    await promote(world);

    const { failure, newest } = (await readImage(world.ports.ledger, 'hello')).image?.value ?? {};
    expect(newest).toBeUndefined();
    expect(failure?.message).toMatch(
      /nothing is built on it: the record of promotion 1 of gate "node" .* is not attached to it/,
    );
    expect(world.ports.runs.started.filter(({ task }) => task)).toEqual([]);
    expect(announced(world, 'buildFailed')).toEqual([expect.stringContaining('cannot be verified')]);
  });

  it('whose record was signed by a key that does not count any more', async () => {
    const world = keep(
      builder({}, {}, { wrap: async (name, run) => (name === 'startBuild' ? (revoke(), run()) : run()) }),
    );
    function revoke(): void {
      world.ports.signing.disable('1'.padStart(32, '0'));
      world.ports.signing.rotate();
    }

    await promote(world);

    expect((await readImage(world.ports.ledger, 'hello')).image?.value.failure?.message).toContain(
      'its signature is not by this key',
    );
  });

  it('unless it was promoted before there were records: that is built on, and said', async () => {
    const later: GateWorld = keep(
      builder({}, {}, { wrap: async (name, run) => (name === 'startBuild' ? (await age(), run()) : run()) }),
    );
    async function age(): Promise<void> {
      const [promotion] = await readPromotions(later.ports.ledger, 'node', { most: 1 });
      if (promotion?.record) await forgetRecords(later);
    }

    await promote(later);

    expect((await readImage(later.ports.ledger, 'hello')).image?.value.newest).toBeDefined();
    expect(later.logged.join()).toContain('before there were records: it has none');
    expect((await deployment(later))?.proof).toContain('before there were records');
  });
});

describe('nothing is deployed that stands on a promotion', () => {
  it('whose record was taken away since it was built, until it is back; announced once', async () => {
    const world = keep(builder());
    let taken: Manifest | undefined;
    await promote(world, green);
    const before = (await deployment(world))?.digest;
    const wrapped = keep(
      builder(
        {},
        {},
        {
          from: world,
          wrap: async (name, run) => {
            if (name === 'startRollouts' && !taken) taken = await removeRecord(wrapped, blue.manifest.digest);
            return run();
          },
        },
      ),
    );

    await promote(wrapped, blue);
    await wrapped.wake('rollOut', 'hello');
    await wrapped.pass(MINUTE);

    const row = (await readImage(wrapped.ports.ledger, 'hello')).apps.get('web')?.value;
    expect(row?.deployment).toMatchObject({ digest: before, state: 'healthy' });
    expect(row?.unproven?.why).toMatch(/the record of promotion 2 of gate "node" .* is not attached to it/);
    expect(announced(wrapped, 'held')).toEqual([expect.stringContaining('cannot be verified')]);
    expect((await readImage(wrapped.ports.ledger, 'hello')).rollout?.value.resting?.reason).toMatchObject({
      kind: 'record-refused',
      app: 'web',
    });

    if (taken) await wrapped.ports.registries.putUntagged({ host, repository }, taken);
    await wrapped.wake('sweep', '');
    await wrapped.pass(MINUTE);

    const newest = (await readImage(wrapped.ports.ledger, 'hello')).image?.value.newest;
    expect(newest?.base?.digest).toBe(blue.manifest.digest);
    expect(await deployment(wrapped)).toMatchObject({ digest: newest?.digest, state: 'healthy' });
    expect((await readImage(wrapped.ports.ledger, 'hello')).apps.get('web')?.value.unproven).toBeUndefined();
  });

  it('says of what is deployed who signed for it, and a rotated key takes nothing back', async () => {
    const world = keep(builder());
    const [signer] = await world.ports.signing.keys();
    await promote(world);
    world.ports.signing.rotate();

    expect((await deployment(world))?.proof).toBe(`promotion 1 of gate "node" is signed by ${signer?.id}`);
    world.ports.groups.set(GROUP, running({ properties: { containers: [] } }));
    await world.wake('rollOut', 'hello');
    await world.pass(MINUTE);

    expect(await deployment(world)).toMatchObject({ attempt: 2, state: 'healthy' });
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

const deployment = async (world: GateWorld) =>
  (await readImage(world.ports.ledger, 'hello')).apps.get('web')?.value.deployment;

/** Why, once for each id: a repetition is recognisable. */
function announced(world: GateWorld, type: string): string[] {
  const events = world.ports.announcements.announced.filter((event) => event.type === type);
  return [...new Map(events.map(({ id, data }) => [id, String(data['why'])])).values()];
}

/** As a ledger has it that was written before there were records. */
async function forgetRecords({ ports }: GateWorld): Promise<void> {
  for (const row of await ports.ledger.rows('gates', 'node')) {
    const text = JSON.stringify(row.data).replaceAll(/,?"record":"sha256:[0-9a-f]{64}"/g, '');
    await ports.ledger.write('gates', 'node', [
      {
        kind: 'put',
        key: row.key,
        ifMatch: 'any',
        open: row.open,
        schema: row.schema,
        data: JSON.parse(text) as unknown,
      },
    ]);
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
