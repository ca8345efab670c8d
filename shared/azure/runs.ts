/** ACR Tasks: runs are started, watched, read and cancelled, each call on its own; nothing waits here. */
import type { Runs } from '../ports/runs.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceTrouble } from './errors.ts';
import type { FindRegistry } from './find-registry.ts';
import { readRunLog } from './run-log.ts';
import { toRun } from './run-status.ts';
import { runScheduler } from './schedule-run.ts';
import { tasksQuestion as about } from './tasks-question.ts';

const absent = () => undefined;

export function azureRuns(clients: Pick<Clients, 'acr' | 'signedBlob' | 'agentPool'>, find: FindRegistry): Runs {
  const { runs, tasks } = clients.acr;

  return {
    ...runScheduler(clients, find),

    async run({ host, runId }) {
      const { resourceGroup, name } = await find(host);
      return ask(about(`read the run ${runId} of ${host}`), async () =>
        toRun(runId, await runs.get(resourceGroup, name, runId)),
      ).catch(refusedWith(404, absent));
    },

    async log({ host, runId }) {
      const { resourceGroup, name } = await find(host);
      const question = about(`read the log of the run ${runId} of ${host}`);
      const { logLink } = await ask(question, () => runs.getLogSasUrl(resourceGroup, name, runId));
      if (!logLink) throw new ServiceTrouble(question, { problem: 'it gave no link to the log' });
      return readRunLog(question, clients.signedBlob(logLink));
    },

    async cancel({ host, runId }) {
      const { resourceGroup, name } = await find(host);
      const question = about(`cancel the run ${runId} of ${host}`);
      // The first answer is enough: whether it took effect is read from the run. One that has ended cannot be cancelled, which is as good.
      await ask(question, () => runs.beginCancel(resourceGroup, name, runId))
        .catch(refusedWith(404, absent))
        .catch(refusedWith(409, absent))
        .catch(refusedWith(400, absent));
    },

    async task({ host, task }) {
      const { resourceGroup, name } = await find(host);
      return ask(about(`read the task "${task}" of ${host}`), async () => {
        const { trigger } = await tasks.get(resourceGroup, name, task);
        // A task that was put with null has null, whatever the type says.
        const base = trigger?.baseImageTrigger ?? undefined;
        return { followsBaseImage: base !== undefined && base.status?.toLowerCase() !== 'disabled' };
      }).catch(refusedWith(404, absent));
    },
  };
}
