/** The team's side: a commit to hello-world is built on the gated base and runs in a container group. */
import type { Step } from '../story.ts';
import { NODE, promoted, release, running, STABLE_TAG } from '../walkthrough.ts';

export const firstDeployment: Step = {
  id: 'S5',
  title: 'hello-world is built by its ACR task on a commit and deployed',
  async run(context) {
    const { ask, say } = context;
    const base = await ask.registries.public.digestOf(NODE, STABLE_TAG);
    if (base === undefined) throw new Error(`the public registry has no ${NODE}:${STABLE_TAG}`);
    say('waiting for the first promotion: hello-world is built on what the gate has let through');
    await promoted(context, base);

    const released = await release(context, '1.1');
    const site = await running(
      context,
      `the group runs ${released.image}, and the page is version 1.1`,
      async ({ digest, page }) => digest === released.image && page.version === '1.1',
    );
    return { ...released, group: site.group.id, url: site.url };
  },
};
