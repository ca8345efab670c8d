/** What the gate did with the good candidate: a sandboxed test in quarantine, then the stable tag and a locked unique one. */
import type { Step } from '../story.ts';
import { claim } from '../until.ts';
import { NODE, promoted, STABLE_TAG } from '../walkthrough.ts';

export const gate: Step = {
  id: 'S8',
  title:
    'the gate tests the candidate in a sandbox; a good one gets the stable tag and a locked unique tag with the run id',
  async run(context) {
    const { ask, say } = context;
    const digest = await ask.registries.public.digestOf(NODE, STABLE_TAG);
    if (digest === undefined) throw new Error(`the public registry has no ${NODE}:${STABLE_TAG}`);
    const { unique } = await promoted(context, digest);
    say(`${NODE}:${STABLE_TAG} and ${NODE}:${unique} are ${digest}`);

    const runs = await ask.runs.quarantine.all();
    const test = runs.find(({ runId }) => unique === `${STABLE_TAG}-${runId}`);
    if (test === undefined) {
      throw new Error(
        `no run of the quarantine registry is in the tag ${unique}; runs: ${runs.map(({ runId }) => runId).join(', ')}`,
      );
    }
    claim(`run ${test.runId} has succeeded`, test.status === 'Succeeded', test.status);
    const log = await ask.runs.quarantine.log(test.runId);
    claim('the log ends with the result of the test: exit code 0', /^gate-result \S+ 0$/m.test(log), log);

    const lock = await ask.registries.base.lockOf(NODE, unique);
    claim('the unique tag can neither be moved nor deleted', !lock.writeEnabled, lock);
    const stable = await ask.registries.base.lockOf(NODE, STABLE_TAG);
    claim('the stable tag can be moved', stable.writeEnabled, stable);
    return { digest, stable: STABLE_TAG, unique, runId: test.runId, lock };
  },
};
