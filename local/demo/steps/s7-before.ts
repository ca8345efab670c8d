/** What the red commit does where there is no gate: it is in production. */
import { TWIN } from '../../provision/twin.ts';
import type { Step } from '../story.ts';
import { deployTwin } from '../twin.ts';
import { claim } from '../until.ts';
import { NODE, running, STABLE_TAG } from '../walkthrough.ts';

export const withoutGate: Step = {
  id: 'S7',
  title: 'before: the twin, which follows the public image by itself, turns red; the gated page stays green beside it',
  async run(context) {
    const { ask, say } = context;
    const digest = await ask.registries.public.digestOf(NODE, STABLE_TAG);
    const run = await ask.runs.team.succeeded(
      `the run of ${TWIN} for ${digest}`,
      ({ task, imageUpdateTrigger }) =>
        task === TWIN && (imageUpdateTrigger?.images ?? []).some((image) => image.digest === digest),
    );
    claim('nobody has asked for it', run.runType === 'AutoBuild', run.runType);
    say(`run ${run.runId} was started by the new image, and has built on it`);

    const url = await deployTwin(context, { tag: run.runId, colour: 'red' });
    const gated = await running(context, 'the gated page is served', async () => true);
    claim('the gated page is green', gated.page.color === 'green', gated.page);
    return { runId: run.runId, upstream: digest, red: url, green: gated.url };
  },
};
