/** What runs is built on what was promoted: said by its layers, which cannot be otherwise, and by the log of a build of the app. */
import type { Step } from '../story.ts';
import { claim } from '../until.ts';
import { HELLO_WORLD, isBuiltOn, NODE, running, STABLE_TAG } from '../walkthrough.ts';

export const builtOnTheGatedBase: Step = {
  id: 'S9',
  title: 'hello-world is built from the gated registry, by digest, proved by its layers',
  async run(context) {
    const { ask, say, local } = context;
    const base = await ask.registries.base.digestOf(NODE, STABLE_TAG);
    if (base === undefined) throw new Error(`the base registry has no ${NODE}:${STABLE_TAG}`);
    const { digest } = await running(context, 'the page is served', async () => true);
    claim(`${digest} begins with the layers of ${base}`, await isBuiltOn(context, digest, base), digest);
    say(`the layers of ${HELLO_WORLD} begin with those of ${base}`);

    const byDigest = `${local.endpoints.registries.base.host}/${NODE}@${base}`;
    for (const { runId } of await ask.runs.team.all()) {
      if ((await ask.runs.team.log(runId)).includes(byDigest)) return { image: digest, base, runByDigest: runId };
    }
    throw new Error(`no run of the team registry was given ${byDigest}`);
  },
};
