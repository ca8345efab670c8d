/**
 * Starts a task when an image that its last build stood on has a new digest under the same tag, in a registry of this cloud.
 *
 * A push is only the occasion to look: what counts is the digest that the tag has now, next to the one that was seen last, which changes in
 * the transaction that stores the run. So none is run twice, and none is lost over a crash.
 */
import type { RegistryTags, World } from '../world.ts';
import { newId, taskKey, type ImageDependency, type Records, type TaskRecord } from './records.ts';
import { triggeredRun } from './triggered-run.ts';

export interface BaseImageTriggers {
  /** Looks at every task: for what was pushed while the cloud was down. */
  start(): void;
  stop(): void;
  /** To be called when something was pushed: looks at every task a moment later, once for pushes that come together. */
  wake(): void;
  /** To be called when a run of the task has built something: what it stands on from now on. */
  depend(task: TaskRecord, dependencies: ImageDependency[]): void;
  /** To be called when a task is stored: with a trigger that is new, what has been pushed until now is no occasion. */
  follow(task: TaskRecord): void;
  forget(key: string): void;
}

type Tagged = ImageDependency & { tag: string };

export function createBaseImageTriggers(options: {
  world: Pick<World, 'clock' | 'store' | 'log'>;
  records: Records;
  tags: RegistryTags;
  onRun: () => void;
}): BaseImageTriggers {
  const { world, records, tags, onRun } = options;
  const { store, clock } = world;
  let cancelLook: (() => void) | undefined;
  const now = () => new Date(clock.now()).toISOString();
  const digestNow = ({ registry, repository, tag }: Tagged) =>
    tags.digestOf({ loginServer: registry, repository, tag });

  const lookAt = (task: TaskRecord): void => {
    const changed = followed(task).flatMap((dependency) => {
      const digest = digestNow(dependency);
      const seen = records.baseDigests.get(seenKey(task, dependency)) ?? dependency.digest;
      return digest === undefined || digest === seen ? [] : [{ dependency, digest }];
    });
    if (changed.length === 0) return;
    const images = changed.map(({ dependency: { registry, repository, tag }, digest }) => ({
      ...{ registry, repository, tag, digest },
    }));
    const run = store.transaction(() => {
      for (const { dependency, digest } of changed) records.baseDigests.put(seenKey(task, dependency), digest);
      const imageUpdateTrigger = { id: newId(), timestamp: now(), images };
      return records.addRun(triggeredRun(task, { imageUpdateTrigger }), now());
    });
    const names = images.map(
      ({ registry, repository, tag, digest }) => `${registry}/${repository}:${tag} is ${digest}`,
    );
    world.log('tasks', `${taskKey(task.registry, task.name)}: run ${run.runId}, since ${names.join(' and ')}`);
    onRun();
  };

  const forget = (key: string): void => {
    for (const seen of records.baseDigests.entries(`${key}/`)) records.baseDigests.delete(seen.key);
  };

  const look = (): void => {
    for (const { value: task } of records.tasks.entries()) lookAt(task);
  };

  return {
    start: look,
    stop: () => cancelLook?.(),
    wake() {
      cancelLook ??= clock.after(0, () => {
        cancelLook = undefined;
        look();
      });
    },
    depend(task, dependencies) {
      const changed: TaskRecord = { ...task, baseImageDependencies: dependencies };
      store.transaction(() => {
        records.tasks.put(taskKey(task.registry, task.name), changed);
        for (const dependency of followed(changed)) {
          const key = seenKey(task, dependency);
          // A digest that was seen while this run was at work may be newer than the one it has built on.
          const isNewest = dependency.digest === undefined || dependency.digest === digestNow(dependency);
          const digest = isNewest ? digestNow(dependency) : (records.baseDigests.get(key) ?? dependency.digest);
          if (digest !== undefined) records.baseDigests.put(key, digest);
        }
      });
      lookAt(changed);
    },
    follow(task) {
      const key = taskKey(task.registry, task.name);
      const dependencies = followed(task);
      if (dependencies.length === 0) return forget(key);
      for (const dependency of dependencies) {
        const digest = digestNow(dependency);
        const seen = seenKey(task, dependency);
        if (records.baseDigests.get(seen) === undefined && digest !== undefined) records.baseDigests.put(seen, digest);
      }
    },
    forget,
  };
}

/** What a new digest of starts the task; nothing, while its trigger is off. An image that is named by its digest never changes. */
function followed({ resource: { properties }, baseImageDependencies = [] }: TaskRecord): Tagged[] {
  const trigger = properties.trigger?.baseImageTrigger;
  if (properties.status !== 'Enabled' || trigger?.status !== 'Enabled') return [];
  return baseImageDependencies
    .filter(isTagged)
    .filter(({ type }) => trigger.baseImageTriggerType === 'All' || type === 'Runtime');
}

const isTagged = (dependency: ImageDependency): dependency is Tagged => dependency.tag !== undefined;

const seenKey = (task: TaskRecord, { registry, repository, tag }: Tagged): string =>
  `${taskKey(task.registry, task.name)}/${registry}/${repository}:${tag}`;
