/** From a request or a task to what a run will do, with nothing left to look up: a task that changes later does not change its queued runs. */
import type { RunSpec, TaskRecord } from './records.ts';
import { identitiesOfTask } from './run-identities.ts';
import type { RunRequest, Setting, TaskStep } from './schemas.ts';

export type QuickRequest = Exclude<RunRequest, { type: 'TaskRunRequest' }>;
type Override = NonNullable<Extract<RunRequest, { type: 'TaskRunRequest' }>['overrideTaskStepProperties']>;

/** `caller`: object id of who asks for the run. */
export function specOfRequest(request: QuickRequest, caller: string | undefined): RunSpec {
  const { credentials, timeout, sourceLocation } = request;
  return {
    step: stepOfRequest(request, sourceLocation ?? undefined),
    credentials,
    timeoutSeconds: timeout,
    identities: { userAssigned: [], ...(caller === undefined ? {} : { caller }) },
  };
}

function stepOfRequest(request: QuickRequest, contextPath: string | undefined): TaskStep {
  switch (request.type) {
    case 'DockerBuildRequest':
      return { ...request, type: 'Docker', contextPath };
    case 'FileTaskRunRequest':
      return { ...request, type: 'FileTask', contextPath };
    case 'EncodedTaskRunRequest':
      return { ...request, type: 'EncodedTask', contextPath };
  }
}

/** `trigger`: the commit a source trigger saw, which is built if the task's context is that repository. */
export function specOfTask(
  task: TaskRecord,
  options: { override?: Override; trigger?: { url: string; commit: string; branch: string } },
): RunSpec {
  const { override, trigger } = options;
  const { properties } = task.resource;
  const step = override ? overridden(properties.step, override) : properties.step;
  const isSource = trigger !== undefined && step.contextPath?.split('#')[0] === trigger.url;
  return {
    step,
    credentials: properties.credentials,
    timeoutSeconds: properties.timeout,
    identities: identitiesOfTask(task),
    ...(isSource ? { commit: { id: trigger.commit, branch: trigger.branch } } : {}),
  };
}

function overridden(step: TaskStep, override: Override): TaskStep {
  const contextPath = override.contextPath ?? step.contextPath;
  switch (step.type) {
    case 'Docker':
      return {
        ...step,
        contextPath,
        dockerFilePath: override.file ?? step.dockerFilePath,
        target: override.target ?? step.target,
        arguments: merged(step.arguments, override.arguments),
      };
    case 'FileTask':
      return {
        ...step,
        contextPath,
        taskFilePath: override.file ?? step.taskFilePath,
        values: merged(step.values, override.values),
      };
    case 'EncodedTask':
      return { ...step, contextPath, values: merged(step.values, override.values) };
  }
}

/** By name; those of the run win. */
function merged(own: Setting[], over: Setting[]): Setting[] {
  const names = new Set(over.map(({ name }) => name));
  return [...own.filter(({ name }) => !names.has(name)), ...over];
}
