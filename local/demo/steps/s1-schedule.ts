/** The schedule that was set at the beginning has come. */
import { scheduledRun } from '../schedule.ts';
import type { Step } from '../story.ts';
import { claim } from '../until.ts';
import { NODE } from '../walkthrough.ts';

export const schedule: Step = {
  id: 'S1 schedule',
  title: 'the public node image is built by its schedule, too',
  async run(context) {
    const run = await scheduledRun(context);
    claim('nobody has asked for it', run.runType === 'AutoBuild', run.runType);
    const [image] = run.outputImages ?? [];
    claim('it has pushed the node image', image?.repository === NODE, run.outputImages);
    return { runId: run.runId, occurrence: run.timerTrigger?.scheduleOccurrence, digest: image?.digest };
  },
};
