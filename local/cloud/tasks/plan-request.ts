/** From a run request to the run that is stored: what it will do is settled now, whatever becomes of its task. */
import type { World } from '../world.ts';
import { missingPool } from './arm-request.ts';
import { taskKey, type NewRun, type Records, type Registry } from './records.ts';
import { specOfRequest, specOfTask } from './run-spec.ts';
import type { RunRequest } from './schemas.ts';
import { registryId } from './views.ts';

/** `missing`: what it names and is not there. `caller`: object id of who asks. */
export function planRequest(
  request: RunRequest,
  options: { world: World; records: Records; registry: Registry; caller: string | undefined },
): NewRun | { missing: string } {
  const { world, records, registry, caller } = options;
  const { isArchiveEnabled } = request;
  const missing = missingPool(request.agentPoolName, options);
  if (missing !== undefined) return { missing };
  if (request.type !== 'TaskRunRequest') {
    return {
      registry: registry.name,
      runType: request.type === 'DockerBuildRequest' ? 'QuickBuild' : 'QuickRun',
      platform: request.platform,
      agentConfiguration: { cpu: request.agentConfiguration?.cpu ?? 2 },
      isArchiveEnabled,
      spec: specOfRequest(request, caller),
      ...inPool(request.agentPoolName),
    };
  }
  const prefix = `${registryId(world.config, registry)}/tasks/`.toLowerCase();
  const isHere = request.taskId.toLowerCase().startsWith(prefix);
  const task = isHere ? records.tasks.get(taskKey(registry.name, request.taskId.slice(prefix.length))) : undefined;
  if (!task) return { missing: `The task '${request.taskId}' was not found.` };
  const { properties } = task.resource;
  const override = request.overrideTaskStepProperties ?? undefined;
  return {
    registry: registry.name,
    // Whatever its step is.
    runType: 'QuickRun',
    agentConfiguration: { cpu: properties.agentConfiguration?.cpu ?? 2 },
    isArchiveEnabled,
    task: task.name,
    spec: specOfTask(task, override ? { override } : {}),
    ...inPool(request.agentPoolName ?? properties.agentPoolName),
    ...(properties.platform ? { platform: properties.platform } : {}),
    ...(override?.updateTriggerToken ? { updateTriggerToken: override.updateTriggerToken } : {}),
  };
}

const inPool = (name: string | null | undefined): { agentPoolName?: string } => (name ? { agentPoolName: name } : {});
