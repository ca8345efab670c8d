/** Starts and watches stories through the Durable client. One instance per thing; its id is made from the thing's name. */
import { OrchestrationRuntimeStatus, type DurableClient } from 'durable-functions';
import { instanceId, SWEEP_INSTANCE_ID } from '../shared/domain/ids.ts';
import type { Stories, StoryName } from './activities/activity.ts';

/** For each story: its instance id, and the input it is started with. */
const STARTS: Record<StoryName, (thing: string) => { id: string; input: object }> = {
  runGate: (gate) => ({ id: instanceId('gate', gate), input: { gate } }),
  buildImage: (image) => ({ id: instanceId('build', image), input: { image } }),
  rollOut: (of) => ({ id: instanceId('rollout', of), input: { of } }),
  sweep: () => ({ id: SWEEP_INSTANCE_ID, input: {} }),
};

const MOST_CHARACTERS = 300;
const firstLine = (output: unknown): string => String(output).split('\n', 1).join('').slice(0, MOST_CHARACTERS);

const AT_WORK: OrchestrationRuntimeStatus[] = [
  OrchestrationRuntimeStatus.Pending,
  OrchestrationRuntimeStatus.Running,
  OrchestrationRuntimeStatus.ContinuedAsNew,
  OrchestrationRuntimeStatus.Suspended,
];

export function durableStories(client: Pick<DurableClient, 'getStatusBy' | 'startNew' | 'terminate'>): Stories {
  // A query, because asking for one instance that does not exist is an error which only its text tells from trouble.
  const running: Stories['running'] = async (story, thing) => {
    const { id } = STARTS[story](thing);
    const atWork = await client.getStatusBy({ runtimeStatus: AT_WORK });
    const status = atWork.find(({ instanceId }) => instanceId === id);
    // What the library calls a `Date` is the text it was sent: `getStatusBy` answers the response as it came.
    return status && { progressAt: new Date(status.lastUpdatedTime).getTime() };
  };
  return {
    running,
    async start(story, thing) {
      const { id, input } = STARTS[story](thing);
      try {
        await client.startNew(story, { instanceId: id, input });
        return 'started';
      } catch (error) {
        // Azure answers 409 or 500 for an instance that is at work; only looking tells that from trouble.
        if (await running(story, thing)) return 'running';
        throw error;
      }
    },
    async terminate(story, thing, why) {
      await client.terminate(STARTS[story](thing).id, why);
    },
    async failed(since) {
      const failed = await client.getStatusBy({ runtimeStatus: [OrchestrationRuntimeStatus.Failed] });
      return failed
        .filter(({ lastUpdatedTime }) => new Date(lastUpdatedTime).getTime() > since)
        .map(({ instanceId, output }) => `instance "${instanceId}" failed: ${firstLine(output)}`);
    },
  };
}
