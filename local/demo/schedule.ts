/**
 * The schedule of the public node image. A schedule is to the minute, so it is set early in the story and looked at late: nobody waits for it.
 *
 * A commit that comes while the scheduled run is at work would be built twice at once, into two images; so a commit keeps away from it.
 */
import { registriesOf } from '../azure.ts';
import { createAzureClient, TASKS_API_VERSION } from '../provision/azure-client.ts';
import type { Run } from './ask/runs.ts';
import type { Context } from './story.ts';

const MINUTE_MS = 60_000;
/** So that the task is stored before its minute comes. */
const AT_LEAST_MS = 5_000;
const BUILT_WITHIN_MS = 15_000;

/** Once, for the next minute. */
export async function setSchedule({ local, memory, say }: Context): Promise<void> {
  const at = new Date(Math.ceil((Date.now() + AT_LEAST_MS) / MINUTE_MS) * MINUTE_MS);
  const schedule = `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
  const task = `${registriesOf(local.instance).public.id}/tasks/base-image-node`;
  await createAzureClient(local.instance).patch(task, TASKS_API_VERSION, {
    properties: { trigger: { timerTriggers: [{ name: 'schedule', status: 'Enabled', schedule }] } },
  });
  memory.scheduledAt = at.toISOString();
  say(`the task has the schedule "${schedule}", which is next at ${memory.scheduledAt}`);
}

/** Waits for it. */
export function scheduledRun({ ask, memory }: Context): Promise<Run> {
  return ask.runs.public.succeeded(
    `the run of base-image-node for ${memory.scheduledAt}`,
    ({ timerTrigger }) => timerTrigger?.scheduleOccurrence === memory.scheduledAt,
  );
}

export async function keepAwayFromSchedule(context: Context): Promise<void> {
  const { scheduledAt } = context.memory;
  if (scheduledAt === undefined || Date.parse(scheduledAt) - Date.now() > BUILT_WITHIN_MS) return;
  await scheduledRun(context);
}
