/** Tasks and runs as Azure Resource Manager answers them. Secrets are in `listDetails` only. */
import { armSeconds, armTime } from '../time.ts';
import type { CloudConfig } from '../world.ts';
import type { Registry, RunRecord, RunStatus, TaskRecord, TaskRunRecord } from './records.ts';
import type { Setting } from './schemas.ts';

const TYPE = 'Microsoft.ContainerRegistry/registries';

export const registryId = ({ subscription }: CloudConfig, { resourceGroup, name }: Registry): string =>
  `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${TYPE}/${name}`;

/** While it is queued Azure tells no more than its status. */
export function runView(run: RunRecord, config: CloudConfig, registry: Registry): object {
  const base = {
    runId: run.runId,
    status: run.status,
    lastUpdatedTime: armSeconds(Date.parse(run.updatedAt)),
    provisioningState: 'Succeeded',
    isArchiveEnabled: run.isArchiveEnabled,
  };
  const more =
    run.status === 'Queued'
      ? {}
      : {
          runType: run.runType,
          createTime: timeOf(run.createdAt),
          startTime: timeOf(run.startedAt),
          finishTime: timeOf(run.finishedAt),
          outputImages: run.outputImages?.length ? run.outputImages : undefined,
          task: run.task,
          sourceTrigger: run.sourceTrigger,
          imageUpdateTrigger: run.imageUpdateTrigger,
          timerTrigger: run.timerTrigger,
          platform: platformView(run.platform),
          agentConfiguration: run.agentConfiguration,
          agentPoolName: run.agentPoolName,
          runErrorMessage: run.errorMessage,
          updateTriggerToken: run.updateTriggerToken,
        };
  return {
    type: `${TYPE}/runs`,
    properties: { ...base, ...more },
    id: `${registryId(config, registry)}/runs/${run.runId}`,
    name: run.runId,
    systemData: run.systemData,
  };
}

export function taskRunView(
  { name, location, forceUpdateTag, request, systemData }: TaskRunRecord,
  { config, registry, run }: { config: CloudConfig; registry: Registry; run: RunRecord | undefined },
): object {
  return {
    type: `${TYPE}/taskRuns`,
    properties: {
      provisioningState: (run && STATES[run.status]) ?? 'Creating',
      runRequest: openRequest(request),
      runResult: run && runView(run, config, registry),
      forceUpdateTag,
    },
    id: `${registryId(config, registry)}/taskRuns/${name}`,
    name,
    location,
    systemData,
  };
}

/** Of a resource that stands for a run; while the run has not ended the resource is being created. */
const STATES: Partial<Record<RunStatus, string>> = {
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Error: 'Failed',
  Timeout: 'Failed',
  Canceled: 'Canceled',
};

export function taskView(
  task: TaskRecord,
  options: { config: CloudConfig; registry: Registry; secrets: 'shown' | 'hidden' },
): object {
  const { config, registry, secrets } = options;
  const { location, tags, identity, properties } = task.resource;
  const { credentials, step, trigger, ...open } = properties;
  const isShown = secrets === 'shown';
  return {
    type: `${TYPE}/tasks`,
    properties: {
      provisioningState: 'Succeeded',
      creationDate: timeOf(task.createdAt),
      ...open,
      platform: platformView(open.platform),
      step: { ...(isShown ? step : openStep(step)), baseImageDependencies: task.baseImageDependencies },
      trigger: isShown ? trigger : openTrigger(trigger),
      ...(isShown && hasAny(credentials) ? { credentials } : {}),
    },
    id: `${registryId(config, registry)}/tasks/${task.name}`,
    name: task.name,
    location,
    systemData: task.systemData,
    ...(tags ? { tags } : {}),
    ...(identity ? { identity: { ...identity, principalId: task.principalId, tenantId: config.tenant } } : {}),
  };
}

const timeOf = (stored: string | undefined): string | undefined => stored && armTime(Date.parse(stored));

const hasAny = (settings: object | null | undefined): boolean => Object.values(settings ?? {}).some(Boolean);

const platformView = (platform: RunRecord['platform']) =>
  platform && { ...platform, os: platform.os.toLowerCase(), architecture: platform.architecture };

function openStep(step: TaskRecord['resource']['properties']['step']): object {
  const { contextAccessToken: _token, ...open } = step;
  return open.type === 'Docker'
    ? { ...open, arguments: open.arguments.map(openSetting) }
    : { ...open, values: open.values.map(openSetting) };
}

function openRequest(request: TaskRunRecord['request']): object {
  if (request.type === 'TaskRunRequest') {
    const { overrideTaskStepProperties: override, ...open } = request;
    const settings = override && {
      ...override,
      arguments: override.arguments.map(openSetting),
      values: override.values.map(openSetting),
    };
    return { ...open, overrideTaskStepProperties: settings };
  }
  const { credentials: _credentials, ...open } = request;
  return open.type === 'DockerBuildRequest'
    ? { ...open, arguments: open.arguments.map(openSetting) }
    : { ...open, values: open.values.map(openSetting) };
}

const openSetting = ({ value, ...rest }: Setting): object => (rest.isSecret ? rest : { ...rest, value });

function openTrigger(trigger: TaskRecord['resource']['properties']['trigger']): object | undefined {
  if (!trigger) return undefined;
  const sourceTriggers = trigger.sourceTriggers?.map(({ sourceRepository, ...rest }) => {
    const { sourceControlAuthProperties: _token, ...repository } = sourceRepository;
    return { ...rest, sourceRepository: repository };
  });
  return { ...trigger, ...(sourceTriggers ? { sourceTriggers } : {}) };
}
