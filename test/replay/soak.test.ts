/** The soak: it counts from when this app has seen a digest without a break, and nothing that a publisher does shortens it. */
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf, image, manifestOf, MANIFEST, type Image } from '../fakes/images.ts';
import { blue, gateWorld, green, MINUTE, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

const DAY = 24 * 60 * MINUTE;
const SOAK = { gates: { 'soak: 3d': 'soak: 3d' } };
const KEEP = { gates: { 'soak: 3d': 'soak: 4d\n    whenReplaced: keep' } };

function begin(change = SOAK): void {
  world = gateWorld(change);
  world.checksAnswer(() => 0);
}

async function sweepAfter(ms: number): Promise<void> {
  await world.pass(ms);
  await world.wake('sweep', '');
  await world.pass(3_000);
}

/** The same image, as its publisher would have it seem to be from that day: in its configuration and in its manifest. */
function dated(what: Image, created: string): Image {
  const config = { created, ...what.config };
  const text = JSON.stringify(config);
  const content = JSON.parse(new TextDecoder().decode(what.manifest.bytes)) as { config: object };
  return {
    manifest: manifestOf(MANIFEST, {
      ...content,
      config: { ...content.config, digest: digestOf(text), size: text.length },
      annotations: { 'org.opencontainers.image.created': created },
    }),
    config,
  };
}

describe('a candidate that soaks', () => {
  it('is checked at once, says until when it waits, and is promoted then', async () => {
    begin();
    const digest = world.push(green);
    const seen = world.clock.now();

    await sweepAfter(0);
    expect((await world.gate()).resting).toMatchObject({ reason: { kind: 'soaking' }, dueAt: seen + 3 * DAY, digest });
    await sweepAfter(3 * DAY - MINUTE);
    expect(await world.stable()).toBeUndefined();
    await sweepAfter(MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it.each(['1970-01-01T00:00:00Z', '2100-01-01T00:00:00Z', 'yesterday'])(
    'waits just as long when its image says that it was made on %s',
    async (created) => {
      begin();
      const digest = world.push(dated(green, created));

      await sweepAfter(0);
      await sweepAfter(3 * DAY - MINUTE);
      expect(await world.stable()).toBeUndefined();
      await sweepAfter(MINUTE);

      expect(await world.stable()).toBe(digest);
    },
  );

  it('begins anew when it was shown once, was taken away and comes back', async () => {
    begin();
    const digest = world.push(green);
    await sweepAfter(0);
    world.push(blue);
    await sweepAfter(DAY);

    world.push(green);
    await sweepAfter(DAY);
    await sweepAfter(2 * DAY);
    expect(await world.stable()).toBeUndefined();
    await sweepAfter(DAY);

    expect(await world.stable()).toBe(digest);
  });

  it('goes on counting over the loss of the task hub and of the process', async () => {
    begin();
    const digest = world.push(green);
    await sweepAfter(0);
    await world.pass(2 * DAY);
    await world.close();

    world = gateWorld(SOAK, { from: world });
    await sweepAfter(DAY);

    expect(await world.stable()).toBe(digest);
  });

  it('goes on counting while the upstream cannot be asked, and is promoted once it was seen again', async () => {
    begin();
    const digest = world.push(green);
    await sweepAfter(0);

    world.ports.upstreams.unreachable(UPSTREAM, 'no route');
    await sweepAfter(3 * DAY);
    expect(await world.stable()).toBeUndefined();
    world.push(green);
    await sweepAfter(60 * MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it('is not promoted when upstream has withdrawn it', async () => {
    begin();
    const digest = world.push(green);
    await sweepAfter(0);

    world.ports.upstreams.gone(UPSTREAM);
    await sweepAfter(DAY);
    await sweepAfter(2 * MINUTE);
    await sweepAfter(3 * DAY);

    expect(await world.stable()).toBeUndefined();
    expect(await world.outcome(digest)).toEqual({ kind: 'rejected', reason: { kind: 'withdrawn' } });
  });
});

describe('a tag that is pushed every day, with a soak of four days,', () => {
  const pushes = Array.from({ length: 10 }, (_, day) => image(['base', `day ${day}`]));

  it('never gets anything through when what is replaced is withdrawn', async () => {
    begin({ gates: { 'soak: 3d': 'soak: 4d' } });

    for (const push of pushes) {
      world.push(push);
      await sweepAfter(DAY);
    }

    expect(await world.stable()).toBeUndefined();
  });

  it('gets a promotion every day, each four days old, when what is replaced is kept', async () => {
    begin(KEEP);
    const promoted: (string | undefined)[] = [];

    for (const push of pushes) {
      world.push(push);
      await sweepAfter(0);
      promoted.push(await world.stable());
      await world.pass(DAY);
    }

    const daily = pushes.map(({ manifest }) => manifest.digest);
    expect(promoted).toEqual([undefined, undefined, undefined, undefined, ...daily.slice(0, -4)]);
  });
});
