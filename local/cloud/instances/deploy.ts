/**
 * Brings a container group up: pulls, makes its sandbox, starts its containers; and starts one of them again. Whoever calls has the group's turn.
 *
 * Every step is written to the store as it happens, so that a person who asks sees it, and a restarted cloud begins again.
 */
import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { labels, type Containers } from './containers.ts';
import { restartPolicyOf, timestamp, withEvent, type GroupEvent, type Groups, type StoredGroup } from './group.ts';
import { lastLine, type Images } from './images.ts';
import { launchOf } from './launch.ts';
import { limits } from './limits.ts';
import { ensurePauseImage } from './pause.ts';
import { afterEnd } from './restart.ts';
import type { Sandboxes } from './sandbox.ts';

export interface Deployer {
  /** `Failed` with the reason in the events; throws what is trouble with this machine. */
  deploy(key: string): Promise<{ kind: 'succeeded' } | { kind: 'failed'; message: string }>;
  /** Starts the sandbox, where it is gone, and one container of the group. `false` when it would not start. */
  start(key: string, container: string): Promise<boolean>;
}

export function newDeployer(parts: {
  world: World;
  groups: Groups;
  images: Images;
  containers: Containers;
  sandboxes: Sandboxes;
  ending: AbortSignal;
}): Deployer {
  const { world, groups, images, containers, sandboxes, ending } = parts;
  const { engine, clock, config } = world;
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const limited = onceOnly(() => canLimit(world));

  const event = (key: string, container: string, name: string, message: string, type: GroupEvent['type'] = 'Normal') =>
    groups.changeContainer(key, container, ({ events }) => ({
      events: withEvent(events, { name, message, type }, clock.now()),
    }));

  const pull = async (key: string, image: string): Promise<string | undefined> => {
    const group = groupAt(groups, key);
    const of = group.asked.properties.containers.filter((container) => container.properties.image === image);
    for (let tried = 1; tried <= limits.pullTries; tried++) {
      for (const { name } of of) event(key, name, 'Pulling', `pulling image "${image}"`);
      const pulled = await images.pull(image, group.asked.properties);
      if (pulled.kind === 'pulled') {
        for (const { name } of of) {
          event(key, name, 'Pulled', `Successfully pulled image "${image}"`);
          groups.changeContainer(key, name, () => ({ imageId: pulled.imageId }));
        }
        return undefined;
      }
      for (const { name } of of) {
        event(key, name, 'Failed', `Failed to pull image "${image}": ${pulled.message}`, 'Warning');
      }
      if (ending.aborted) break;
      if (tried < limits.pullTries) await wait(limits.pullTryAgainAfterMs);
    }
    return `the image "${image}" could not be pulled`;
  };

  const start: Deployer['start'] = async (key, name) => {
    const group = groupAt(groups, key);
    const record = group.containers.find((known) => known.name === name);
    const container = group.asked.properties.containers.find((asked) => asked.name === name);
    if (!record?.imageId || !container) throw new Error(`${key} has no container ${name} that could be started`);

    const sandboxId = await sandboxes.ensure(group);
    groups.change(key, () => ({ sandboxId }));
    await containers.remove(labels.container(key, name));
    const { command, environment } = launchOf({
      instance: config.instance,
      group,
      container,
      imageId: record.imageId,
      limited: await limited(),
    });
    const ran = await engine.exec(command, { environment, timeoutMs: limits.engineTimeoutMs });
    const now = clock.now();
    if (ran.code !== 0) {
      event(key, name, 'Failed', `Error: ${lastLine(ran.stderr)}`, 'Warning');
      groups.changeContainer(key, name, (current) => {
        const ended = {
          state: 'Terminated' as const,
          startTime: timestamp(now),
          finishTime: timestamp(now),
          exitCode: 128,
          detailStatus: 'ContainerCannotRun',
        };
        return afterEnd(current, ended, { policy: restartPolicyOf(group), ranMs: 0, now });
      });
      return false;
    }
    event(key, name, 'Created', 'Created container');
    event(key, name, 'Started', 'Started container');
    groups.changeContainer(key, name, (current) => ({
      containerId: ran.stdout.trim(),
      restarts: current.restartAt === undefined ? current.restarts : current.restarts + 1,
      ...(current.current.state === 'Terminated' ? { previous: current.current } : {}),
      current: { state: 'Running', startTime: timestamp(now), detailStatus: '' },
      restartAt: undefined,
    }));
    return true;
  };

  return {
    start,
    async deploy(key) {
      const group = groupAt(groups, key);
      const asked = group.asked.properties.containers;
      const problems: string[] = [];
      for (const image of new Set(asked.map(({ properties }) => properties.image))) {
        const problem = await pull(key, image);
        if (problem !== undefined) problems.push(problem);
      }
      // From here on nothing of an earlier specification runs any more, whether the new one can be started or not.
      await containers.remove(labels.group(key));
      if (problems.length === 0) {
        for (const { name } of asked) {
          if (!(await start(key, name))) problems.push(`the container "${name}" could not be started`);
        }
      }
      return problems.length === 0 ? { kind: 'succeeded' } : { kind: 'failed', message: problems.join('; ') };
    },
  };
}

function groupAt(groups: Groups, key: string): StoredGroup {
  const group = groups.get(key);
  if (!group) throw new Error(`container group ${key} is gone`);
  return group;
}

/** Some machines have no cgroups that an engine may use; found out by trying, as neither engine says so beforehand. */
async function canLimit({ engine, config, log }: World): Promise<boolean> {
  const name = `${config.instance}.limit-trial-${randomUUID()}`;
  const image = await ensurePauseImage(engine);
  const flags = ['--cpus', '0.5', '--memory', '64m', '--network', 'none', '--stop-signal', 'SIGKILL'];
  const ran = await engine.exec(['run', '--detach', '--pull', 'never', '--name', name, ...flags, image]);
  await engine.exec(['rm', '-f', name]);
  if (ran.code === 0) return true;
  log('instances', `containers run without limits of CPU and memory: ${lastLine(ran.stderr)}`);
  return false;
}

function onceOnly<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
