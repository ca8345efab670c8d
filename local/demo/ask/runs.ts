/** Asks ACR Tasks about runs, and starts one by hand, through Azure Resource Manager as `az acr task` does. */
import type { Registry } from '../../azure.ts';
import { type AzureClient, TASKS_API_VERSION } from '../../provision/azure-client.ts';
import { missing, until } from '../until.ts';

const LOG_LINES = 40;
const FINISHES_WITHIN_SECONDS = 90;

export interface Run {
  runId: string;
  status: string;
  task?: string | null;
  runType?: string;
  /** What a commit or a person started it with. */
  sourceTrigger?: { commitId?: string } | null;
  imageUpdateTrigger?: { images?: { digest?: string }[] } | null;
  timerTrigger?: { scheduleOccurrence?: string } | null;
  outputImages?: { repository: string; tag?: string; digest: string }[] | null;
}

export type RunsAsk = ReturnType<typeof askRuns>;

export function askRuns(azure: AzureClient, registry: Registry) {
  const all = async (): Promise<Run[]> => {
    const answer = (await azure.get(`${registry.id}/runs`, TASKS_API_VERSION)) as { value: { properties: Run }[] };
    return answer.value.map(({ properties }) => properties);
  };
  const log = async (runId: string): Promise<string> => {
    const { logLink } = (await azure.post(`${registry.id}/runs/${runId}/listLogSasUrl`, TASKS_API_VERSION, {})) as {
      logLink: string;
    };
    return (await fetch(logLink)).text();
  };
  /** Answers the run once it has succeeded. When it has not, the error ends with the end of its log. */
  const succeeded = async (what: string, matches: (run: Run) => boolean): Promise<Run> => {
    const run = await until(
      `${what} has ended`,
      async () => {
        const found = (await all()).find(matches);
        if (!found) return missing('no such run');
        const ended = !['Queued', 'Started', 'Running'].includes(found.status);
        return ended ? found : missing(`run ${found.runId} is ${found.status}`);
      },
      { withinSeconds: FINISHES_WITHIN_SECONDS },
    );
    if (run.status === 'Succeeded') return run;
    const end = (await log(run.runId)).trimEnd().split('\n').slice(-LOG_LINES).join('\n');
    throw new Error(`${what}: run ${run.runId} of ${registry.name} is ${run.status}. Its log ends with:\n${end}`);
  };

  return {
    all,
    log,
    succeeded,
    /** Starts a task by hand; answers the run id. */
    async start(task: string): Promise<string> {
      const run = (await azure.post(`${registry.id}/scheduleRun`, TASKS_API_VERSION, {
        type: 'TaskRunRequest',
        taskId: `${registry.id}/tasks/${task}`,
      })) as { properties: Run };
      return run.properties.runId;
    },
  };
}
