/** Law 5 for what follows a promotion: the whole task hub is lost after every single activity of the build and the rollout, once each. */
import { expect, it } from 'vitest';
import { tag } from '../../shared/domain/reference.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import { image } from '../fakes/images.ts';
import { green, gateWorld, MINUTE, TEAM, type GateWorld, type Wrap } from './gate-world.ts';

const GROUP = { resourceGroup: 'web-rg', name: 'web' };
const built = image(['base', 'green', 'page']);

it.each(['before', 'after'] as const)(
  'a task hub that is lost %s any activity of a build or a rollout: the app runs what was built on the promoted base',
  { timeout: 60_000 }, // Once for every activity in it.
  async (when) => {
    const length = await activitiesOf();
    expect(length).toBeGreaterThan(8);
    for (let at = 1; at <= length; at++) {
      const world = await losing(at, when);
      const book = await readImage(world.ports.ledger, 'hello');

      const where = `lost ${when} activity ${at}`;
      expect(book.image?.value.newest, where).toMatchObject({
        digest: built.manifest.digest,
        base: { gate: 'node', digest: green.manifest.digest },
      });
      expect(book.image?.value.build, where).toBeUndefined();
      expect(book.apps.get('web')?.value, where).toMatchObject({
        deployment: { state: 'healthy', digest: built.manifest.digest },
        lastHealthy: { digest: built.manifest.digest },
      });
      expect((await world.ports.groups.read(GROUP))?.containers[0]?.image, where).toContain(built.manifest.digest);
      expect(book.outbox, where).toEqual([]);
      await world.close();
    }
  },
);

/** The promotion is over; then the build begins, and the task hub dies around its n-th activity. */
async function losing(at: number, when: 'before' | 'after'): Promise<GateWorld> {
  let count = 0;
  let dead = false;
  const never = new Promise<never>(() => {});
  const wrap: Wrap = async (name, run) => {
    if (dead) return never;
    if (!follows(name)) return run();
    count += 1;
    if (count === at && when === 'before') dead = true;
    if (dead) return never;
    const answer = await run();
    if (count === at) dead = true;
    return dead ? never : answer;
  };
  const first = builder(wrap);
  await Promise.race([play(first), until(() => dead)]);

  const second = gateWorld({}, { from: first });
  await second.pass(1_000);
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    await second.wake('sweep', '');
    await second.pass(5 * MINUTE);
  }
  return second;
}

const follows = (name: string) => /Image|Rollout|Build|App|Deployment/.test(name) && !name.startsWith('sweep');

async function activitiesOf(): Promise<number> {
  const world = builder();
  await play(world);
  await world.close();
  return world.calls.filter(({ name }) => follows(name)).length;
}

function builder(wrap?: Wrap): GateWorld {
  const world = gateWorld({}, wrap ? { wrap } : {});
  const { runs, registries, probes } = world.ports;
  probes.set('http://127.0.1.10:8080/', { status: 200 });
  runs.addTask(TEAM.host, 'hello-build');
  runs.answer((started) => {
    if (!started.task) {
      const nonce = started.quick?.values.find(({ name }) => name === 'nonce')?.value;
      return { state: 'succeeded', log: `gate-result ${nonce} 0\n` };
    }
    const name = tag.parse(started.runId);
    registries.put({ ...TEAM, tag: name }, built.manifest);
    registries.putJson(built.config);
    return { state: 'succeeded', outputs: [{ ...TEAM, tag: name, digest: built.manifest.digest }] };
  });
  world.push(green);
  return world;
}

async function play(world: GateWorld): Promise<void> {
  await world.wake('runGate', 'node');
  await world.pass(20_000);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
