import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './services.ts';
import { openTasksSystem, PLATFORM, REGISTRY, RESOURCE_GROUP, RUNNER, type TasksSystem } from './tasks-system.ts';

let system: TasksSystem;
beforeAll(async () => {
  system = await openTasksSystem();
});
afterAll(() => system.close());

const taskFile = (word: string) => `version: v1.1.0\nsteps:\n  - cmd: ${RUNNER} echo ${word} $Commit on $Branch\n`;
const follow = (name: string, url: string) =>
  system.client.tasks.beginCreateAndWait(RESOURCE_GROUP, REGISTRY, name, {
    location: 'westeurope',
    platform: PLATFORM,
    step: { type: 'FileTask', contextPath: `${url}#main:ci`, taskFilePath: 'acr-task.yaml' },
    trigger: {
      sourceTriggers: [
        {
          name: 'commits',
          sourceTriggerEvents: ['commit'],
          sourceRepository: { sourceControlType: 'Github', repositoryUrl: url, branch: 'main' },
        },
      ],
    },
  });
const runsOf = async (task: string) => {
  const runs = [];
  for await (const run of system.client.runs.list(RESOURCE_GROUP, REGISTRY, { filter: `TaskName eq '${task}'` }))
    runs.push(run);
  return runs;
};
const seen = (url: string) =>
  eventually(() =>
    system.world.store
      .collection<{ url: string }>('acr-source-heads')
      .entries()
      .find(({ value }) => value.url === url),
  );

describe('a task with a source trigger', () => {
  it('does not run for the commit that is there already, and runs once for the next one', async () => {
    const { url } = await system.commit('followed', { 'ci/acr-task.yaml': taskFile('first') });
    await follow('follow-commits', url);
    await seen(url);
    const { commit } = await system.commit('followed', { 'ci/acr-task.yaml': taskFile('second') });

    const [run] = await eventually(async () => {
      const runs = await runsOf('follow-commits');
      return runs.length > 0 ? runs : undefined;
    });
    const ended = await system.ended(run?.runId ?? '');

    expect(ended.status).toBe('Succeeded');
    expect(ended.log).toContain(`second ${commit} on main\r\n`);
    const runs = await runsOf('follow-commits');
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({
      runType: 'AutoRun',
      task: 'follow-commits',
      sourceTrigger: { eventType: 'commit', commitId: commit, branchName: 'main', repositoryUrl: url },
    });
  });

  it('does not run while it is disabled', async () => {
    const { url } = await system.commit('paused', { 'ci/acr-task.yaml': taskFile('first') });
    await follow('paused-task', url);
    await seen(url);
    await system.client.tasks.beginUpdateAndWait(RESOURCE_GROUP, REGISTRY, 'paused-task', { status: 'Disabled' });
    await system.commit('paused', { 'ci/acr-task.yaml': taskFile('second') });
    const other = await system.commit('watched', { 'ci/acr-task.yaml': taskFile('first') });
    await follow('watched-task', other.url);
    await seen(other.url);
    await system.commit('watched', { 'ci/acr-task.yaml': taskFile('second') });

    // Tasks are looked at in turn: when the other has run, the paused one has been passed over.
    await eventually(async () => ((await runsOf('watched-task')).length > 0 ? true : undefined));

    expect(await runsOf('paused-task')).toEqual([]);
  });

  it('says when its repository cannot be reached, and goes on with others', async () => {
    await follow('nowhere-task', '/nowhere/at/all');

    const line = await eventually(() => system.logged.find((text) => text.includes('/nowhere/at/all')));

    expect(line).toContain('team/nowhere-task/commits: /nowhere/at/all cannot be looked at');
  });
});
