/** Recalls while the stories run: what is put back, what is built and deployed then, and what a person has stopped. */
import { afterEach, describe, expect, it } from 'vitest';
import { call } from '../unit/functions/http/call.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { image, imageIndex } from '../fakes/images.ts';
import type { Digest } from '../../shared/domain/reference.ts';
import { builder } from './building-world.ts';
import { blue, gateWorld, green, MINUTE, red, type GateWorld, type WorldOptions } from './gate-world.ts';
import { steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
afterEach(() => world.close());

function begin(gates: Record<string, string> = {}, options: WorldOptions = {}): void {
  world = builder({}, { gates: { 'soak: 3d': 'soak: 0s', ...gates } }, options);
  on = steering(world);
}
function beginAtTheGate(): void {
  world = gateWorld();
  world.checksAnswer(() => 0);
  on = steering(world);
}

const recall = (digest: string) => on.ask('recallDigest', { gate: 'node', digest }, { reason: 'CVE-2026-1234' });
const announced = (type: string) => world.ports.announcements.announced.filter((one) => one.type === type);

async function sweep(): Promise<void> {
  await world.pass(5 * MINUTE);
  await world.wake('sweep', '');
  await world.pass(60_000);
}

/** Hours pass, and nothing that was settled is in quarantine any more. */
async function cleanedUp(): Promise<void> {
  for (let hours = 0; hours < 3; hours++) {
    await world.pass(60 * MINUTE);
    await world.wake('sweep', '');
  }
}

/** Of which the image of one platform is promoted. */
async function pushedIndex(name: string): Promise<{ index: Digest; promoted: Digest }> {
  const images = [image(['base', name]), image(['arm', name], 'linux/arm64')];
  for (const one of images) world.push(one);
  const manifest = imageIndex(images);
  const [amd = green] = images;
  const index = await on.pushed({ manifest, config: amd.config });
  return { index, promoted: amd.manifest.digest };
}

describe('the current digest, recalled,', () => {
  it('makes room for the one before, with its old number; images are built on it and apps run that', async () => {
    begin({}, { on: 'host' });
    const earlier = await on.pushed(green);
    const { current: before } = await world.gate();
    const bad = await on.pushed(blue);
    expect((await on.image())?.newest?.base?.digest).toBe(bad);

    await recall(bad);
    await world.pass(60_000);

    expect(await world.stable()).toBe(earlier);
    expect((await world.gate()).current).toMatchObject({
      digest: earlier,
      sequence: before?.sequence,
      unique: before?.unique,
    });
    expect((await on.image())?.newest?.base?.digest).toBe(earlier);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
    expect(announced('recalled')).toMatchObject([{ subject: 'node', data: { digest: bad, why: 'CVE-2026-1234' } }]);
    await world.everyGenerationReplays('gate-node');
  });

  it('is passed by what is pushed later', async () => {
    beginAtTheGate();
    await on.pushed(green);
    const bad = await on.pushed(blue);
    await recall(bad);

    const next = await on.pushed(red);

    expect(await world.stable()).toBe(next);
  });

  it('is rejected when it is sighted again', async () => {
    beginAtTheGate();
    const earlier = await on.pushed(green);
    const bad = await on.pushed(blue);
    await recall(bad);
    await on.pushed(green);

    await on.pushed(blue);

    expect(await world.outcome(bad)).toMatchObject({ kind: 'rejected', reason: { kind: 'recalled' } });
    expect(await world.stable()).toBe(earlier);
  });

  it('makes room for the newest one that was not recalled too', async () => {
    beginAtTheGate();
    const first = await on.pushed(green);
    const second = await on.pushed(blue);
    const third = await on.pushed(red);
    await recall(second);
    expect(await world.stable()).toBe(third);

    await recall(third);

    expect(await world.stable()).toBe(first);
  });

  it('makes room only for what passes the checks of today', async () => {
    beginAtTheGate();
    const first = await on.pushed(green);
    const second = await on.pushed(blue);
    const third = await on.pushed(red);
    const stricter = valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } });
    world.ports.policies.set(stricter);
    world.checksAnswer((digest) => (digest === second ? 1 : 0));

    await recall(third);
    await world.pass(60_000);

    expect(await world.stable()).toBe(first);
    expect(await world.outcome(second)).toMatchObject({ kind: 'rejected', reason: { kind: 'check-failed' } });
  });

  it('is taken in again from the target registry when quarantine and upstream have it no more', async () => {
    beginAtTheGate();
    const earlier = await on.pushed(green);
    const bad = await on.pushed(blue);
    for (let hours = 0; hours < 3; hours++) {
      await world.pass(60 * MINUTE);
      await world.wake('sweep', '');
    }
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } }),
    );

    await recall(bad);
    await world.pass(60_000);

    expect(await world.stable()).toBe(earlier);
  });

  it('makes room for an image of an index, whose checks see the whole index once more', async () => {
    const shape = 'shape: { config: { platforms: [linux/amd64, linux/arm64] } }';
    world = gateWorld({
      gates: { 'soak: 3d': 'soak: 0s', 'functional: { script: checks/node.sh, timeout: 4m }': shape },
    });
    on = steering(world);
    const [first, second] = [await pushedIndex('one'), await pushedIndex('two')];
    expect(await world.stable()).toBe(second.promoted);
    await cleanedUp();
    world.ports.policies.set(
      valid({
        gates: {
          'soak: 3d': 'soak: 0s',
          'functional: { script: checks/node.sh, timeout: 4m }': `${shape.slice(0, -4)}, maxSize: 1MB } }`,
        },
      }),
    );

    await recall(second.index);
    await world.pass(60_000);

    expect(await world.stable()).toBe(first.promoted);
  });

  it('makes room though the upstream does not answer', async () => {
    beginAtTheGate();
    const earlier = await on.pushed(green);
    const bad = await on.pushed(blue);
    await cleanedUp();
    const down = () => Promise.reject(new Error('503'));
    Object.assign(world.ports.upstreams, { manifest: down, referrers: down });
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } }),
    );

    await recall(bad);
    await world.pass(60_000);

    expect(await world.stable()).toBe(earlier);
    expect(world.logged.join()).toContain('is taken from the target registry: 503');
  });

  it('stays, and that is announced, when no earlier one is left', async () => {
    beginAtTheGate();
    const only = await on.pushed(green);

    await recall(only);
    await sweep();

    expect(await world.stable()).toBe(only);
    expect((await world.gate()).resting?.reason).toMatchObject({ kind: 'current-recalled', by: 'local-operator' });
    expect(announced('waiting').at(-1)).toMatchObject({ subject: 'node', data: { digest: only } });
  });

  it('is not built on while nothing is put back', async () => {
    begin();
    const only = await on.pushed(green);
    await recall(only);
    const builds = on.builds();

    await on.ask('requestBuild', { image: 'hello' });
    await sweep();

    expect(on.builds()).toBe(builds);
    expect((await on.image())?.resting?.reason).toEqual({ kind: 'recalled', gates: ['node'] });
  });
});

describe('a recall', () => {
  it('is stronger than a hold of the gate, and than a freeze', async () => {
    begin({ 'soak: 3d': 'whenReplaced: keep' });
    const earlier = await on.pushed(green);
    const bad = await on.pushed(blue);
    await on.ask('holdGate', { gate: 'node' });
    await on.ask('freezeAll', {}, { until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'sale' });

    await recall(bad);
    await world.pass(60_000);

    expect(await world.stable()).toBe(earlier);
    expect((await on.image())?.newest?.base?.digest).toBe(earlier);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
  });

  it('waits for the hold on everything, and says so', async () => {
    begin();
    const earlier = await on.pushed(green);
    const bad = await on.pushed(blue);
    await on.ask('holdAll');

    await recall(bad);
    expect(await world.stable()).toBe(bad);
    expect((await world.gate()).resting?.reason).toMatchObject({
      kind: 'current-recalled',
      instead: expect.stringContaining('everything is held by local-operator') as string,
    });
    await on.ask('resumeAll', {}, {});
    await world.pass(60_000);

    expect(await world.stable()).toBe(earlier);
  });

  it('leaves an app that a person holds, and announces on what it is held', async () => {
    begin();
    await on.pushed(green);
    const bad = await on.pushed(blue);
    const before = await on.page();
    await on.ask('requestAppHold', { app: 'web' });

    await recall(bad);
    await world.pass(60_000);

    expect(await on.page()).toBe(before);
    expect(await on.rolloutReason()).toMatchObject({ kind: 'recalled', app: 'web', by: 'local-operator' });
    // One announcement may be delivered twice, under the same id.
    expect([...new Set(announced('recalled').map(({ subject }) => subject))]).toEqual(['node', 'web']);
  });

  it('keeps what stands on it from being put back when a newer version fails', async () => {
    begin();
    await on.pushed(green);
    const bad = await on.pushed(blue);
    const onBad = await on.page();
    on.nothingComesUpBut([onBad]);

    await recall(bad);
    await world.pass(60_000);

    expect(await on.page()).not.toBe(onBad);
    expect(await on.rolloutReason()).toMatchObject({
      kind: 'held',
      why: expect.stringContaining('not put back, because it stands on a recalled digest') as string,
    });
  });

  it('is refused for what was never promoted, and when it was made before', async () => {
    beginAtTheGate();
    const digest = await on.pushed(green);
    const ask = (of: string) =>
      call({ ...world.surroundings, stories: world.stories }, 'recallDigest', {
        params: { gate: 'node', digest: of },
        body: { reason: 'CVE' },
      });

    expect((await ask(blue.manifest.digest)).json['detail']).toContain('has never promoted');
    await ask(digest);

    const { status, json } = await ask(digest);
    expect(status).toBe(409);
    expect(json['detail']).toContain('was recalled already, by local-operator: CVE');
  });
});
