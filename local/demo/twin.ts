/** The twin of hello-world that follows the public image by itself: what its team does with it, and what its page shows. */
import { createAzureClient } from '../provision/azure-client.ts';
import { TWIN, twinGroup } from '../provision/twin.ts';
import type { Context } from './story.ts';
import { missing, until } from './until.ts';
import { readPage, RESOURCE_GROUP } from './walkthrough.ts';

const DEPLOYED_WITHIN_SECONDS = 60;

/** Deploys what a run of its task has pushed, as its team does after each build; answers where the page is, once it has that colour. */
export async function deployTwin(context: Context, { tag, colour }: { tag: string; colour: string }): Promise<string> {
  const { local, ask, memory, say } = context;
  const { path, apiVersion, body } = twinGroup(local.instance, { resourceGroup: RESOURCE_GROUP, tag });
  await createAzureClient(local.instance).put(path, apiVersion, body);
  say(`deployed ${TWIN}:${tag}`);
  return until(
    `the page of ${TWIN} is ${colour}`,
    async () => {
      const group = await ask.group(RESOURCE_GROUP, TWIN);
      if (!group?.ip) return missing(group ? `a group that is ${group.state}, without an address` : 'no group');
      const url = `http://${group.ip}/`;
      memory.sites[TWIN] = url;
      const html = await ask.page(url);
      const page = html === undefined ? undefined : readPage(html);
      return page?.color === colour ? url : missing(page ?? `no answer from ${url}`);
    },
    { withinSeconds: DEPLOYED_WITHIN_SECONDS },
  );
}
