/**
 * The network and the volumes of a group, held by its pause container.
 *
 * They stay as they are while the group is updated in place, unless the volumes are other ones. A secret volume is filled through the engine and not
 * from a folder of this machine, so the values are in no file here, and it works where the engine is in a virtual machine.
 */
import { createHash } from 'node:crypto';
import type { World } from '../world.ts';
import { labels, type Containers, type Inspected } from './containers.ts';
import { keyOf, type StoredGroup } from './group.ts';
import { limits } from './limits.ts';
import { ensurePauseImage } from './pause.ts';
import type { Volume } from './specification.ts';
import { tarOf } from './tar.ts';

/** Where the pause container has the volumes, to fill them. */
const VOLUMES = '/volumes';
const SHAPE = 'gated-import.shape';

/** A name with a dot, which no name of a group or of a container of it has. */
const pauseName = (instance: string, group: string) => `${instance}-${group}.pause`;
export const volumeName = (instance: string, group: string, volume: string) => `${instance}-${group}.${volume}`;
export const sandboxNetwork = (instance: string, group: string) => `container:${pauseName(instance, group)}`;

export interface Sandboxes {
  /** Makes it, and makes it anew when the group now needs another one; the group's containers are gone then. Answers its engine's id. */
  ensure(group: StoredGroup): Promise<string>;
  find(group: StoredGroup): Promise<Inspected | undefined>;
  /** With the group's containers and volumes. */
  remove(key: string): Promise<void>;
}

export function newSandboxes({ world, containers }: { world: World; containers: Containers }): Sandboxes {
  const { engine, config } = world;
  const find = (group: StoredGroup) => containers.inspect(pauseName(config.instance, group.name));

  const remove = async (key: string) => {
    await containers.remove(labels.group(key));
    await containers.remove(labels.sandbox(key));
    await containers.removeVolumes(labels.sandbox(key));
  };

  const fill = async (group: StoredGroup, volume: Volume) => {
    const files = Object.entries(volume.secret ?? {}).map(([name, value]) => ({
      name: `./${name}`,
      mode: 0o444,
      content: Buffer.from(value, 'base64'),
    }));
    const content = await tarOf([{ name: './', mode: volume.emptyDir ? 0o777 : 0o755 }, ...files]);
    const target = `${pauseName(config.instance, group.name)}:${VOLUMES}/${volume.name}`;
    await engine.ok(['cp', '-', target], { input: content, timeoutMs: limits.engineTimeoutMs });
  };

  return {
    find,
    remove,
    async ensure(group) {
      const shape = shapeOf(group);
      const there = await find(group);
      if (there?.running && there.labels[SHAPE] === shape) return there.id;

      await remove(keyOf(group));
      await engine.ensureNetwork();
      const label = ['--label', labels.sandbox(keyOf(group))];
      const { ipAddress, volumes = [] } = group.asked.properties;
      const mounts: string[] = [];
      for (const volume of volumes) {
        const name = volumeName(config.instance, group.name, volume.name);
        await engine.ok(['volume', 'create', ...label, name]);
        mounts.push('--volume', `${name}:${VOLUMES}/${volume.name}`);
      }
      const id = await engine.ok(
        [
          ...['run', '--detach', '--pull', 'never', '--name', pauseName(config.instance, group.name)],
          ...label,
          ...['--label', labels.cloud(config.instance), '--label', `${SHAPE}=${shape}`],
          ...['--network', engine.network, '--hostname', group.name, '--stop-signal', 'SIGKILL'],
          ...(ipAddress?.ports ?? []).flatMap(({ port, protocol = 'TCP' }) => [
            '--publish',
            `${group.address}:${port}:${port}/${protocol.toLowerCase()}`,
          ]),
          ...mounts,
          await ensurePauseImage(engine),
        ],
        { timeoutMs: limits.engineTimeoutMs },
      );
      for (const volume of volumes) await fill(group, volume);
      return id;
    },
  };
}

/** What a sandbox can't change once it is there. A hash, as the content of secret volumes is part of it. */
function shapeOf({ address, asked }: StoredGroup): string {
  const { ipAddress, volumes } = asked.properties;
  return createHash('sha256')
    .update(JSON.stringify([address, ipAddress?.ports, volumes]))
    .digest('hex')
    .slice(0, 16);
}
