/** A gate's world in which checks pass, builds push an image on the base they are given, and the group comes up and answers. */
import { tag, type Digest } from '../../shared/domain/reference.ts';
import { image, type Image } from '../fakes/images.ts';
import type { Ending, Started } from '../fakes/runs.ts';
import type { Change } from '../unit/domain/policy-fixture.ts';
import { blue, gateWorld, green, TEAM, type GateWorld } from './gate-world.ts';

export const GROUP = { resourceGroup: 'web-rg', name: 'web' };
export const PAGE = 'http://127.0.1.10:8080/';

export const layersOf = (base: Image) => (base === green ? ['base', 'green'] : ['base', 'blue']);

export function builder(
  { layers = layersOf, fails = () => false }: { layers?: (base: Image) => string[]; fails?: () => boolean } = {},
  change: Change = {},
  options: Parameters<typeof gateWorld>[1] = {},
): GateWorld {
  const made = gateWorld(change, options);
  const { runs, probes } = made.ports;
  probes.set(PAGE, { status: 200 });
  runs.addTask(TEAM.host, 'hello-build');
  runs.answer((started) => endingOf(made, started, { layers, fails }));
  return made;
}

/** As a check ends that passes, and a build that pushes what it made. */
export function endingOf(
  { ports }: Pick<GateWorld, 'ports'>,
  started: Started,
  { layers, fails }: { layers: (base: Image) => string[]; fails: () => boolean } = {
    layers: layersOf,
    fails: () => false,
  },
): Ending {
  if (started.quick) {
    const nonce = started.quick.values.find(({ name }) => name === 'nonce')?.value;
    return { state: 'succeeded', log: `gate-result ${nonce} 0\n` };
  }
  if (fails()) return { state: 'failed', message: 'step build failed' };
  const base = [green, blue].find(({ manifest }) => started.task?.pass['BASE_IMAGE']?.endsWith(manifest.digest));
  if (!base) throw new Error('built on an unknown base');
  const result = image([...layers(base), 'page']);
  const pushed = { ...TEAM, tag: tag.parse(started.runId) };
  ports.registries.put(pushed, result.manifest);
  ports.registries.putJson(result.config);
  return { state: 'succeeded', outputs: [{ ...pushed, digest: result.manifest.digest }] };
}

/** A version that a team pushes. */
export function push(world: GateWorld, what: Image, name: string): Digest {
  world.ports.registries.put({ ...TEAM, tag: tag.parse(name) }, what.manifest);
  world.ports.registries.putJson(what.config);
  return what.manifest.digest;
}
