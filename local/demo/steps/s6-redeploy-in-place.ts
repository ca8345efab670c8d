/** A new version replaces the old one where it stands: same group, same address. */
import type { Step } from '../story.ts';
import { claim } from '../until.ts';
import { release, running } from '../walkthrough.ts';

export const redeployInPlace: Step = {
  id: 'S6',
  title: 'its container group serves the page; a redeploy happens in place',
  async run(context) {
    const before = await running(context, 'the page is version 1.1', async ({ page }) => page.version === '1.1');
    claim('the page has the colour of its base', before.page.color === 'blue', before.page);
    context.say(`the page at ${before.url} is ${before.page.color}, version ${before.page.version}`);

    const released = await release(context, '1.2');
    // The group names the new image while the old page still answers, so both are waited for.
    const after = await running(
      context,
      `the group runs ${released.image}, and the page is version 1.2`,
      async ({ digest, page }) => digest === released.image && page.version === '1.2',
    );
    claim('it is the same group', after.group.id === before.group.id, after.group.id);
    claim('it has the same address', after.url === before.url, after.url);
    return { group: after.group.id, url: after.url, before: before.digest, after: after.digest };
  },
};
