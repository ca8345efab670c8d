/**
 * Starts a task when its branch has a new commit: asks each repository once a second.
 *
 * The commit seen last is in the store, and changes in one transaction with the new run, so no commit is run twice and none is lost over a
 * crash. The first look at a task only notes where the branch is.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../world.ts';
import { openGit, GitError } from './git.ts';
import { GIT_LOOK_WITHIN_MS, LOOK_AGAIN_AFTER_TROUBLE_MS, LOOK_AT_SOURCES_EVERY_MS } from './limits.ts';
import { newId, taskKey, type Records, type TaskRecord } from './records.ts';
import { triggeredRun } from './triggered-run.ts';
import type { SourceTrigger } from './trigger-schemas.ts';

export interface SourceTriggers {
  start(): void;
  stop(): Promise<void>;
}

export function createSourceTriggers(options: { world: World; records: Records; onRun: () => void }): SourceTriggers {
  const { world, records, onRun } = options;
  const troubledUntil = new Map<string, number>();
  const stopped = new AbortController();
  let cancelTimer: () => void = () => {};
  let looking: Promise<void> = Promise.resolve();

  const lookAtAll = async () => {
    for (const { value: task } of records.tasks.entries()) {
      if (task.resource.properties.status !== 'Enabled') continue;
      for (const trigger of task.resource.properties.trigger?.sourceTriggers ?? []) {
        if (trigger.status === 'Enabled' && !stopped.signal.aborted) await look(task, trigger);
      }
    }
  };

  const look = async (task: TaskRecord, trigger: SourceTrigger) => {
    const key = `${taskKey(task.registry, task.name)}/${trigger.name.toLowerCase()}`;
    if ((troubledUntil.get(key) ?? 0) > world.clock.now()) return;
    const { url, branch } = sourceOf(trigger);
    try {
      const commit = await branchHead({
        url,
        branch,
        token: trigger.sourceRepository.sourceControlAuthProperties?.token,
      });
      if (troubledUntil.delete(key)) world.log('tasks', `${key}: ${url} answers again`);
      if (commit !== undefined && !stopped.signal.aborted) notice(key, { task, trigger, url, branch, commit });
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      if (!troubledUntil.has(key)) world.log('tasks', `${key}: ${url} cannot be looked at: ${error.message}`);
      troubledUntil.set(key, world.clock.now() + LOOK_AGAIN_AFTER_TROUBLE_MS);
    }
  };

  const branchHead = async (source: { url: string; branch: string; token?: string }): Promise<string | undefined> => {
    const { url, branch, token } = source;
    const home = join(world.directory, 'tasks', 'git');
    const git = await openGit(home, token === undefined ? undefined : { url, token });
    try {
      const answer = await git(['ls-remote', '--', url, `refs/heads/${branch}`], {
        timeoutMs: GIT_LOOK_WITHIN_MS,
        signal: stopped.signal,
      });
      return /^([0-9a-f]{40})\s/.exec(answer)?.[1];
    } finally {
      // The token is in it.
      await rm(home, { recursive: true });
    }
  };

  const notice = (
    key: string,
    seen: { task: TaskRecord; trigger: SourceTrigger; url: string; branch: string; commit: string },
  ) => {
    const { trigger, url, branch, commit } = seen;
    const last = records.heads.get(key);
    if (last?.commit === commit && last.url === url && last.branch === branch) return;
    const isNew = last?.url !== url || last.branch !== branch;
    const task = records.tasks.get(taskKey(seen.task.registry, seen.task.name));
    if (!task) return;
    world.store.transaction(() => {
      records.heads.put(key, { url, branch, commit });
      if (isNew) return;
      const sourceTrigger = {
        id: newId(),
        eventType: 'commit',
        commitId: commit,
        repositoryUrl: url,
        branchName: branch,
        providerType: trigger.sourceRepository.sourceControlType,
      };
      const run = triggeredRun(task, { sourceTrigger }, { url, commit, branch });
      records.addRun(run, new Date(world.clock.now()).toISOString());
    });
    if (isNew) return;
    world.log('tasks', `${key}: ${branch} is at ${commit}`);
    onRun();
  };

  const again = () => {
    cancelTimer = world.clock.after(LOOK_AT_SOURCES_EVERY_MS, () => {
      looking = lookAtAll()
        .catch((error: unknown) => world.log('tasks', `looking at sources: ${String(error)}`))
        .then(() => {
          if (!stopped.signal.aborted) again();
        });
    });
  };

  return {
    start: again,
    async stop() {
      stopped.abort();
      cancelTimer();
      await looking;
    },
  };
}

function sourceOf({ sourceRepository }: SourceTrigger): { url: string; branch: string } {
  const [url = '', fragment = ''] = sourceRepository.repositoryUrl.split('#');
  return { url, branch: sourceRepository.branch || fragment.split(':')[0] || 'main' };
}
