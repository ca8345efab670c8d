/**
 * Emulated ACR Tasks: the ARM operations, the blob endpoint of logs and uploads, and the execution of runs on this machine's container engine.
 *
 * Which operation is real, which only has the shape, and which is refused is in docs/local-runtime-tasks.md.
 */
import { join } from 'node:path';
import type { App } from '../http.ts';
import type { PushHints } from '../push-hints.ts';
import type { RegistryService, RegistryTags, VaultService, World } from '../world.ts';
import { addAgentPoolRoutes } from './arm-agent-pools.ts';
import { addRunRoutes } from './arm-runs.ts';
import { addTaskRunRoutes } from './arm-task-runs.ts';
import { addTaskRoutes } from './arm-tasks.ts';
import { createBaseImageTriggers } from './base-image-triggers.ts';
import { openBlobStore } from './blob-store.ts';
import { blobsApp } from './blobs.ts';
import { LOG_KEPT_MS, UPLOAD_KEPT_MS } from './limits.ts';
import { openRecords } from './records.ts';
import { createRunQueue } from './run-queue.ts';
import { createSourceTriggers } from './source-triggers.ts';
import { createTimerTriggers } from './timer-triggers.ts';

export interface Tasks {
  /** Onto the app of `newArmApp`; who may call it is decided there. */
  addArmRoutes(arm: App): void;
  /** To listen with TLS on `world.config.ports.blobs`. */
  blobs: App;
  /** Ends what a crash left, and begins to execute queued runs and to look at sources. */
  start(): void;
  /** Runs being executed end as `Error`; queued ones stay. */
  stop(): Promise<void>;
}

export interface TasksOptions {
  world: World;
  registries: RegistryService;
  tags: RegistryTags;
  vault: VaultService;
  pushes: PushHints;
}

export function createTasks({ world, registries, tags, vault, pushes }: TasksOptions): Tasks {
  const records = openRecords(world.store);
  const blobs = openBlobStore({
    directory: join(world.directory, 'tasks', 'blobs'),
    store: world.store,
    clock: world.clock,
  });
  const queue = createRunQueue({
    ...{ world, records, blobs, registries, tags, vault },
    onBuilt: (task, dependencies) => baseImages.depend(task, dependencies),
  });
  const triggering = { world, records, onRun: () => queue.wake() };
  const sources = createSourceTriggers(triggering);
  const timers = createTimerTriggers(triggering);
  const baseImages = createBaseImageTriggers({ ...triggering, tags });
  pushes.onPush(baseImages.wake);

  return {
    addArmRoutes(arm) {
      addRunRoutes(arm, { world, records, queue, blobs });
      addTaskRoutes(arm, { world, records, triggers: [timers, baseImages] });
      addTaskRunRoutes(arm, { world, records, queue, blobs });
      addAgentPoolRoutes(arm, { world, records });
    },
    blobs: blobsApp(blobs),
    start() {
      blobs.prune('AppendBlob', LOG_KEPT_MS);
      blobs.prune('BlockBlob', UPLOAD_KEPT_MS);
      queue.start();
      for (const trigger of [sources, timers, baseImages]) trigger.start();
    },
    async stop() {
      timers.stop();
      baseImages.stop();
      await sources.stop();
      await queue.stop();
    },
  };
}
