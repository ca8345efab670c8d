/** A run of a task that something else than a request starts: a commit, a new base image, the clock. */
import type { NewRun, TaskRecord, Triggered } from './records.ts';
import { specOfTask } from './run-spec.ts';

export function triggeredRun(
  task: TaskRecord,
  trigger: Triggered,
  commit?: { url: string; commit: string; branch: string },
): NewRun {
  const { name, registry, resource } = task;
  const { step, agentConfiguration, agentPoolName, platform } = resource.properties;
  return {
    registry,
    task: name,
    runType: step.type === 'Docker' ? 'AutoBuild' : 'AutoRun',
    agentConfiguration: { cpu: agentConfiguration?.cpu ?? 2 },
    isArchiveEnabled: false,
    ...(platform ? { platform } : {}),
    ...(agentPoolName ? { agentPoolName } : {}),
    ...trigger,
    spec: specOfTask(task, commit ? { trigger: commit } : {}),
  };
}
