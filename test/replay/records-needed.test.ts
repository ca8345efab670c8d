/** Nothing is built on or deployed from a promotion whose record does not hold. */
import { afterEach, describe, expect, it } from 'vitest';
import { readPromotions } from '../../shared/ledger/gate-book.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import { running } from '../fakes/groups.ts';
import { builder, GROUP } from './building-world.ts';
import { blue, green, MINUTE, type GateWorld } from './gate-world.ts';
import { host, promote, removeRecord, repository } from './recording.ts';

const worlds: GateWorld[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())));
const keep = (world: GateWorld): GateWorld => {
  worlds.push(world);
  return world;
};

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
