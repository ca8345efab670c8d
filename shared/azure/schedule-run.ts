/**
 * Starts runs of ACR Tasks: a quick run of uploaded files, or an existing task with something passed to it.
 *
 * Neither is idempotent. A request whose answer is lost is not repeated here (`patience.ts`); whoever asks again has decided to.
 */
import type { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { z } from 'zod';
import type { Runs } from '../ports/runs.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import type { FindRegistry, RegistryPlace } from './find-registry.ts';
import { RUN_SECONDS } from './limits.ts';
import { askSignedBlob } from './signed-blob.ts';
import { sourceArchive } from './source-archive.ts';
import { tasksQuestion as about } from './tasks-question.ts';

type RunRequest = Parameters<ContainerRegistryManagementClient['registries']['beginScheduleRun']>[2];

export function runScheduler(
  clients: Pick<Clients, 'acr' | 'signedBlob' | 'agentPool'>,
  find: FindRegistry,
): Pick<Runs, 'startQuickRun' | 'startFileRun' | 'startTask'> {
  const { registries, tasks } = clients.acr;
  // A task has a pool of its own.
  const quick = clients.agentPool === undefined ? {} : { agentPoolName: clients.agentPool };

  const schedule = async (question: Question, { resourceGroup, name }: RegistryPlace, request: RunRequest) => {
    let runId: string | undefined;
    // Not waited for: should Azure take it for a long-running operation one day, its first answer names the run all the same.
    const onResponse = ({ parsedBody }: { parsedBody?: unknown }) => (runId ??= runIdOf(parsedBody));
    await ask(question, () => registries.beginScheduleRun(resourceGroup, name, request, { onResponse }));
    if (!runId) throw new ServiceTrouble(question, { problem: 'it answered without the id of a run' });
    return runId;
  };

  return {
    async startQuickRun({ host, files, taskFile, values, timeoutSeconds }) {
      if (!files.some(({ path }) => path === taskFile)) {
        throw new Error(
          `the task file "${taskFile}" is not among the files: ${files.map(({ path }) => path).join(', ')}`,
        );
      }
      const place = await find(host);
      const question = about(`schedule a quick run in ${host}`);
      const { uploadUrl, relativePath } = await ask(question, () =>
        registries.getBuildSourceUploadUrl(place.resourceGroup, place.name),
      );
      if (!uploadUrl || !relativePath)
        throw new ServiceTrouble(question, { problem: 'it gave no place for the files' });
      const archive = await sourceArchive(files);
      await askSignedBlob(about(`upload the files of a quick run in ${host}`), () =>
        clients.signedBlob(uploadUrl).upload(archive, archive.length),
      );
      const request = { ...fileRun(relativePath, taskFile, { values, timeoutSeconds }), ...quick };
      return { runId: await schedule(question, place, request) };
    },

    async startFileRun({ host, source, file, values, timeoutSeconds }) {
      const request = { ...fileRun(source, file, { values, timeoutSeconds }), ...quick };
      return { runId: await schedule(about(`schedule a run of ${file} in ${host}`), await find(host), request) };
    },

    async startTask({ host, task, pass }) {
      const place = await find(host);
      const question = about(`run the task "${task}" of ${host}`);
      const found = await ask(question, () => tasks.get(place.resourceGroup, place.name, task)).catch(
        refusedWith(404, () => undefined),
      );
      if (!found) return { kind: 'missing' };
      const passed = Object.entries(pass).map(([name, value]) => ({ name, value, isSecret: false }));
      const runId = await schedule(question, place, {
        type: 'TaskRunRequest',
        taskId: `${place.id}/tasks/${task}`,
        overrideTaskStepProperties: found.step?.type === 'Docker' ? { arguments: passed } : { values: passed },
      });
      return { kind: 'started', runId };
    },
  };
}

/** `source`: a git repository, or what was uploaded. */
function fileRun(
  source: string,
  file: string,
  { values, timeoutSeconds }: Pick<Parameters<Runs['startFileRun']>[0], 'values' | 'timeoutSeconds'>,
): RunRequest {
  return {
    type: 'FileTaskRunRequest',
    taskFilePath: file,
    values: values.map(({ name, value, secret }) => ({ name, value, isSecret: secret })),
    timeout: Math.min(Math.max(Math.ceil(timeoutSeconds), RUN_SECONDS.least), RUN_SECONDS.most),
    platform: { os: 'Linux', architecture: 'amd64' },
    sourceLocation: source,
  };
}

const scheduled = z.object({ runId: z.string() }).or(z.object({ properties: z.object({ runId: z.string() }) }));

/** Of a run as it is on the wire, or as the SDK has flattened it. */
function runIdOf(body: unknown): string | undefined {
  const { data } = scheduled.safeParse(body);
  return data && ('runId' in data ? data.runId : data.properties.runId);
}
