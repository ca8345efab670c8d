/** The team goes on while the gate holds a bad base back: its own change is built on the last good one, and deployed. */
import type { Step } from '../story.ts';
import { claim } from '../until.ts';
import { HELLO_WORLD, isBuiltOn, NODE, release, running, STABLE_TAG } from '../walkthrough.ts';

const VERSION = '1.3';

export const releaseWhileRed: Step = {
  id: 'S12',
  title: 'a commit to hello-world is built on the last validated base and deployed, while upstream is red',
  async run(context) {
    const { ask, say } = context;
    const base = await ask.registries.base.digestOf(NODE, STABLE_TAG);
    if (base === undefined) throw new Error(`the base registry has no ${NODE}:${STABLE_TAG}`);
    const upstream = await ask.registries.public.digestOf(NODE, STABLE_TAG);
    if (upstream === undefined || upstream === base) throw new Error(`upstream is not ahead of the base: ${upstream}`);
    const before = await running(context, 'the page is served', async () => true);
    claim(`the page is not yet version ${VERSION}`, before.page.version !== VERSION, before.page);

    const released = await release(context, VERSION);
    claim('it is built on the last validated base', await isBuiltOn(context, released.image, base), released.image);
    const layers = await ask.registries.team.layersOf(HELLO_WORLD, released.image);
    const red = (await ask.registries.public.layersOf(NODE, upstream)).filter((layer) => !layers.includes(layer));
    claim('a layer of the red image is missing in it', red.length > 0, layers);
    say(`the layers of ${released.image} begin with those of ${base}; upstream's ${red.join(', ')} is not among them`);
    const site = await running(
      context,
      `the group runs ${released.image}, and the page is version ${VERSION}`,
      async ({ digest, page }) => digest === released.image && page.version === VERSION,
    );
    claim('the page is still green', site.page.color === 'green', site.page);
    claim('it is the same group', site.group.id === before.group.id, site.group.id);
    return { ...released, base, layers, upstream, notOfUpstream: red, page: site.page, url: site.url };
  },
};
