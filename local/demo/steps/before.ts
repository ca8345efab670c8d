/** Before there was a gate: a twin of hello-world is built on the public image as it comes, and follows it by itself. */
import { dirname } from 'node:path';
import { createAzureClient } from '../../provision/azure-client.ts';
import type { Resource } from '../../provision/declared.ts';
import { TWIN, twinRoles, twinTask } from '../../provision/twin.ts';
import type { Step } from '../story.ts';
import { deployTwin } from '../twin.ts';

export const before: Step = {
  id: 'before',
  title: 'a twin of hello-world follows the public image by itself, with a base-image trigger and no gate',
  async run(context) {
    const { ask, local, say } = context;
    const repositories = dirname(local.endpoints.repositories['hello-world']);
    const azure = createAzureClient(local.instance);
    const put = ({ path, apiVersion, body }: Resource) => azure.put(path, apiVersion, body);
    const { identity } = (await put(twinTask(local.instance, { repositories }))) as {
      identity: { principalId: string };
    };
    for (const role of twinRoles(local.instance, identity)) await put(role);

    const started = await ask.runs.team.start(TWIN);
    await ask.runs.team.succeeded(`the first run of ${TWIN}`, ({ runId }) => runId === started);
    say(`run ${started} has built it on the public image, with the login of the key vault`);
    return { runId: started, url: await deployTwin(context, { tag: started, colour: 'blue' }) };
  },
};
