/** The tasks of a registry: what starts each, and what it pushes. */
import { z } from 'zod';
import type { Task } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import type { Reader } from './reader.ts';

/** The one that has tasks and agent pools. */
export const TASKS = '2019-06-01-preview';

const setting = z.object({ status: z.string().nullish() });
const isOn = (one: z.infer<typeof setting>): boolean => one.status?.toLowerCase() !== 'disabled';

const task = z.object({
  name: z.string(),
  identity: z.object({ principalId: z.string().nullish() }).nullish(),
  properties: z.object({
    status: z.string().nullish(),
    agentPoolName: z.string().nullish(),
    step: z
      .object({
        imageNames: z.array(z.string()).nullish(),
        isPushEnabled: z.boolean().nullish(),
        encodedTaskContent: z.string().nullish(),
      })
      .nullish(),
    trigger: z
      .object({
        baseImageTrigger: setting.nullish(),
        sourceTriggers: z.array(setting).nullish(),
        timerTriggers: z.array(setting).nullish(),
      })
      .nullish(),
  }),
});

export async function tasksOf(arm: Reader, { id, name }: { id: string; name: string }): Promise<Seen<Task[]>> {
  const about = { what: `the tasks of registry ${name}`, where: id, right: 'the role "Reader" on the registry' };
  const listed = await arm.list(`${id}/tasks?api-version=${TASKS}`, about, task);
  return listed.kind === 'seen' ? { kind: 'seen', value: listed.value.map(toTask) } : listed;
}

function toTask({ name, identity, properties: { status, step, trigger, agentPoolName } }: z.infer<typeof task>): Task {
  const { baseImageTrigger, sourceTriggers, timerTriggers } = trigger ?? {};
  const content = step?.encodedTaskContent;
  return {
    name,
    enabled: isOn({ status }),
    triggers: {
      baseImage: baseImageTrigger ? isOn(baseImageTrigger) : false,
      commits: (sourceTriggers ?? []).some(isOn),
      timers: (timerTriggers ?? []).some(isOn),
    },
    images: step?.imageNames ?? [],
    pushes: step?.isPushEnabled !== false,
    ...(content ? { content: Buffer.from(content, 'base64').toString('utf8') } : {}),
    ...(agentPoolName ? { agentPool: agentPoolName } : {}),
    ...(identity?.principalId ? { objectId: identity.principalId } : {}),
  };
}
