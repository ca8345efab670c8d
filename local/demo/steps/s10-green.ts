/** A good upstream change goes all the way by itself. */
import type { Step } from '../story.ts';
import { isBuiltOn, paint, promoted, running } from '../walkthrough.ts';

export const green: Step = {
  id: 'S10',
  title: 'a green commit flows through: checked, promoted, rebuilt, redeployed, page green',
  async run(context) {
    const { say } = context;
    const upstream = await paint(context, 'green');
    const { unique } = await promoted(context, upstream.digest);
    say(`promoted as ${unique}`);
    const site = await running(
      context,
      'the page is green, and what the group runs is built on the green base',
      async ({ digest, page }) => page.color === 'green' && (await isBuiltOn(context, digest, upstream.digest)),
    );
    return { ...upstream, unique, image: site.digest, url: site.url };
  },
};
