/** A gate's world in which checks pass, builds push an image on the base they are given, and the group comes up and answers. */
import { tag, type Digest } from '../../shared/domain/reference.ts';
import { image, type Image } from '../fakes/images.ts';
import type { Change } from '../unit/domain/policy-fixture.ts';
import { blue, gateWorld, green, TEAM, type GateWorld } from './gate-world.ts';

export const GROUP = { resourceGroup: 'web-rg', name: 'web' };
const PAGE = 'http://127.0.1.10:8080/';

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
  runs.answer((started) => {
    if (started.quick) {
      const nonce = started.quick.values.find(({ name }) => name === 'nonce')?.value;
      return { state: 'succeeded', log: `gate-result ${nonce} 0\n` };
    }
    if (fails()) return { state: 'failed', message: 'step build failed' };
    const base = [green, blue].find(({ manifest }) => started.task?.pass['BASE_IMAGE']?.endsWith(manifest.digest));
    if (!base) throw new Error('built on an unknown base');
    const result = image([...layers(base), 'page']);
    made.ports.registries.put({ ...TEAM, tag: tag.parse(started.runId) }, result.manifest);
    made.ports.registries.putJson(result.config);
    return {
      state: 'succeeded',
      outputs: [{ ...TEAM, tag: tag.parse(started.runId), digest: result.manifest.digest }],
    };
  });
  return made;
}

/** A version that a team pushes. */
export function push(world: GateWorld, what: Image, name: string): Digest {
  world.ports.registries.put({ ...TEAM, tag: tag.parse(name) }, what.manifest);
  world.ports.registries.putJson(what.config);
  return what.manifest.digest;
}
