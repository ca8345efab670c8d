/** The ledger is lost, and nothing else: what docs/operations.md says that comes back by itself, and what waits when a person holds everything first. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { fakeLedger } from '../fakes/ledger.ts';
import { image } from '../fakes/images.ts';
import { builder, layersOf } from './building-world.ts';
import { blue, gateWorld, green, MINUTE, STABLE, type GateWorld } from './gate-world.ts';
import { steering } from './steering.ts';

const onGreen = image([...layersOf(green), 'page']).manifest.digest;
const onBlue = image([...layersOf(blue), 'page']).manifest.digest;

let world: GateWorld;
beforeEach(async () => {
  const before = builder();
  await steering(before).pushed(green);
  await before.pass(MINUTE);
  expect(await steering(before).page()).toBe(onGreen);
  await before.close();
  world = gateWorld({}, { from: { ...before, ports: { ...before.ports, ledger: fakeLedger() } } });
});
afterEach(() => world.close());

async function sweeps(): Promise<void> {
  for (let count = 0; count < 4; count += 1) {
    await world.wake('sweep', '');
    await world.pass(5 * MINUTE);
  }
}

it('what is promoted is checked anew and stays where it is, under its unique tag and its lock; the app runs what it ran', async () => {
  await sweeps();

  expect(await world.stable()).toBe(green.manifest.digest);
  expect(await world.outcome(green.manifest.digest)).toMatchObject({ kind: 'promoted' });
  expect(world.ports.runs.started.filter(({ quick }) => quick)).toHaveLength(2);
  const unique = parseTagReference(`${STABLE}-ca1`);
  expect(await world.ports.registries.digestOf(unique)).toBe(green.manifest.digest);
  expect(world.ports.registries.isLocked(unique)).toBe(true);
  expect(await steering(world).page()).toBe(onGreen);
  expect((await steering(world).app())?.lastHealthy?.digest).toBe(onGreen);
});

it('whoever holds everything before the first sweep lets nothing new through until they resume it; what was promoted is adopted', async () => {
  const on = steering(world);
  await on.ask('holdAll');
  world.push(blue);
  await sweeps();
  expect(await world.stable()).toBe(green.manifest.digest);
  expect(await on.page()).toBe(onGreen);

  await on.ask('resumeAll', {}, {});
  await sweeps();

  expect(await world.stable()).toBe(blue.manifest.digest);
  expect((await world.gate()).adopted).toBe(green.manifest.digest);
});

it('an image follows its gates again as soon as they have promoted again what it stands on; nobody has to build it', async () => {
  const on = steering(world);
  await sweeps();
  expect((await on.image())?.newest).toMatchObject({ digest: onGreen, base: { digest: green.manifest.digest } });
  expect((await on.image())?.resting?.reason.kind).toBe('up-to-date');
  expect(on.builds()).toBe(1);

  world.push(blue);
  await sweeps();

  expect(on.builds()).toBe(2);
  expect(await on.page()).toBe(onBlue);
});
