/**
 * Looks at the containers that should run, and does what follows: notes how one ended, starts it again when that is due, and puts back what
 * someone removed by hand. It looks often while something is going on and seldom when all is quiet, since each look starts a process.
 */
import type { World } from '../world.ts';
import { labels, type Containers, type Inspected } from './containers.ts';
import type { Deployer } from './deploy.ts';
import { restartPolicyOf, timestamp, type ContainerState, type Groups, type StoredGroup } from './group.ts';
import type { Probes } from './probes.ts';
import { afterEnd } from './restart.ts';
import type { Sandboxes } from './sandbox.ts';
import type { Turns } from './turns.ts';
import { hasEnded } from './view.ts';

export interface Watch {
  /** Looks often for a while; and begins to look, before its end. */
  start(): void;
  /** For good. Resolves when nothing of it is under way. */
  stop(): Promise<void>;
}

const OFTEN_MS = 500;
const SELDOM_MS = 2_000;
/** After the last change it still looks often for so long. */
const LIVELY_MS = 5_000;

export function newWatch(parts: {
  world: World;
  groups: Groups;
  containers: Containers;
  sandboxes: Sandboxes;
  deployer: Deployer;
  probes: Probes;
  turns: Turns;
}): Watch {
  const { world, groups, containers, sandboxes, deployer, probes, turns } = parts;
  const { clock, config } = world;
  let running = false;
  let stopped = false;
  let cancel = () => {};
  let look: Promise<void> | undefined;
  let changedAt = -Infinity;

  const noteEnd = (key: string, name: string, seen: Inspected) => {
    groups.changeContainer(key, name, (record) => {
      const group = groups.get(key);
      if (!group) throw new Error(`container group ${key} is gone`);
      world.log('instances', `${group.name}/${name} ended with exit code ${seen.exitCode}`);
      return afterEnd(record, endedState(seen), {
        policy: restartPolicyOf(group),
        ranMs: seen.finishedAt - seen.startedAt,
        now: clock.now(),
      });
    });
    changedAt = clock.now();
  };

  const attend = async (key: string, alive: Set<string>) => {
    const group = groups.get(key);
    if (group?.wanted !== 'running' || group.provisioning === 'Pending' || hasEnded(group)) return;
    if (!alive.has(group.sandboxId ?? '') && !(await sandboxes.find(group))?.running) {
      // Containers without their network are of no use; this removes them, and then they are started again like others that are gone.
      world.log('instances', `${key} has lost its network: all of it starts again`);
      const sandboxId = await sandboxes.ensure(group);
      groups.change(key, () => ({ sandboxId }));
    }
    for (const { name, containerId, current } of group.containers) {
      if (current.state !== 'Running' || containerId === undefined) continue;
      if (alive.has(containerId) && alive.has(group.sandboxId ?? '')) continue;
      // The look may be older than a start, so this one is asked for again.
      const seen = await containers.inspect(containerId);
      if (seen?.running) continue;
      if (seen) noteEnd(key, name, seen);
      else await startAgain(key, name, 'is gone');
    }
    for (const { name, restartAt } of groups.get(key)?.containers ?? []) {
      if (restartAt !== undefined && restartAt <= clock.now()) await startAgain(key, name, 'is due');
    }
  };

  const startAgain = async (key: string, name: string, why: string) => {
    world.log('instances', `${key}/${name} ${why}: starting it again`);
    groups.changeContainer(key, name, ({ restartAt }) => ({ restartAt: restartAt ?? clock.now() }));
    await deployer.start(key, name);
    changedAt = clock.now();
  };

  const lookOnce = async () => {
    const wanted = groups.entries().filter(({ value }) => value.wanted === 'running');
    if (wanted.length === 0) return;
    const alive = await containers.running(labels.cloud(config.instance));
    const quiet = wanted.filter(({ key }) => !turns.busy(key));
    await Promise.all(
      quiet.map(({ key }) =>
        turns
          .take(key, () => attend(key, alive))
          .catch((error: unknown) => world.log('instances', `watching ${key}: ${String(error)}`)),
      ),
    );
  };

  const round = async () => {
    try {
      await lookOnce();
    } catch (error) {
      // The engine may be away for a moment; the next look is the retry.
      world.log('instances', `looking at containers: ${String(error)}`);
    }
    if (stopped) return;
    const nextProbeAt = probes.startDue(groups.entries());
    cancel = clock.after(nextLookMs(nextProbeAt), begin);
  };

  const nextLookMs = (nextProbeAt: number | undefined): number => {
    const now = clock.now();
    if (now - changedAt < LIVELY_MS) return OFTEN_MS;
    const due = groups.entries().flatMap(({ value }) => dueTimes(value));
    const next = Math.min(...due, nextProbeAt ?? Infinity) - now;
    return Math.min(Math.max(next, OFTEN_MS), SELDOM_MS);
  };

  const begin = () => {
    look = round();
  };

  return {
    start() {
      changedAt = clock.now();
      if (running || stopped) return;
      running = true;
      begin();
    },
    async stop() {
      running = false;
      stopped = true;
      cancel();
      await look;
      await probes.idle();
    },
  };
}

const dueTimes = (group: StoredGroup): number[] =>
  group.wanted === 'running' ? group.containers.flatMap(({ restartAt }) => restartAt ?? []) : [];

const endedState = ({ exitCode, outOfMemory, startedAt, finishedAt }: Inspected): ContainerState => ({
  state: 'Terminated',
  startTime: timestamp(startedAt),
  exitCode,
  finishTime: timestamp(finishedAt),
  detailStatus: outOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
});
