/** A run of a task that something else than a request starts: a commit, a new base image, the clock. */
import type { NewRun, TaskRecord, Triggered } from './records.ts';
import { specOfTask } from './run-spec.ts';

export function triggeredRun(
  { name, registry, resource }: TaskRecord,
  trigger: Triggered,
  commit?: { url: string; commit: string; branch: string },
): NewRun {
  const { step, agentConfiguration, platform } = resource.properties;
  return {
    registry,
    task: name,
    runType: step.type === 'Docker' ? 'AutoBuild' : 'AutoRun',
    agentConfiguration: { cpu: agentConfiguration?.cpu ?? 2 },
    isArchiveEnabled: false,
    ...(platform ? { platform } : {}),
    ...trigger,
    spec: specOfTask(resource, commit ? { trigger: commit } : {}),
  };
}
