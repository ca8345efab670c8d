/**
 * Builds the public node image for the first time, as its publisher did before anybody followed it. From there on the gate takes over, and
 * a new system shows its page without anybody doing anything.
 */
import { registriesOf } from '../azure.ts';
import type { Instance } from '../instance.ts';
import { createAzureClient, TASKS_API_VERSION } from './azure-client.ts';

export async function ensureFirstBuild(instance: Instance, { log }: { log: (line: string) => void }): Promise<void> {
  const azure = createAzureClient(instance);
  const { id } = registriesOf(instance).public;
  const runs = (await azure.get(`${id}/runs`, TASKS_API_VERSION)) as { value: unknown[] };
  if (runs.value.length > 0) return;
  await azure.post(`${id}/scheduleRun`, TASKS_API_VERSION, {
    type: 'TaskRunRequest',
    taskId: `${id}/tasks/base-image-node`,
  });
  log(
    'the public node image is being built for the first time; the gate, the build of hello-world and its page follow',
  );
}
