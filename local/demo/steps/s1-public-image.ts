/** The publisher's side: one ACR task builds the public image on a commit, by hand, and when the image below it is a new one. */
import { join } from 'node:path';
import { walkthrough } from '../../layout.ts';
import { buildAndPush } from '../../provision/images.ts';
import { setSchedule } from '../schedule.ts';
import type { Context, Step } from '../story.ts';
import { claim } from '../until.ts';
import { NODE, paint, STABLE_TAG } from '../walkthrough.ts';

const BELOW = { repository: 'busybox', tag: '1.36' };

export const publicImage: Step = {
  id: 'S1',
  title: 'the public node image is built by an ACR task on a git commit, by hand, and on a new base image',
  async run(context) {
    const { ask, say } = context;
    const onCommit = await paint(context, 'blue');

    const started = await ask.runs.public.start('base-image-node');
    say(`started the task by hand: run ${started}`);
    const byHand = await ask.runs.public.succeeded('the run started by hand', ({ runId }) => runId === started);
    const digest = await ask.registries.public.digestOf(NODE, STABLE_TAG);
    claim('the run by hand has pushed the image', byHand.outputImages?.[0]?.digest === digest, byHand.outputImages);

    const below = await pushBaseImage(context);
    const onBase = await ask.runs.public.succeeded('the run for the new base image', ({ imageUpdateTrigger }) =>
      (imageUpdateTrigger?.images ?? []).some((image) => image.digest === below),
    );
    say(`run ${onBase.runId} was started by the new base image ${below}`);
    const rebuilt = await ask.registries.public.digestOf(NODE, STABLE_TAG);
    claim('it has pushed the image', onBase.outputImages?.[0]?.digest === rebuilt, onBase.outputImages);
    claim('the image is another one', rebuilt !== digest, rebuilt);
    await setSchedule(context);
    return {
      ...{ commit: onCommit.commit, runOnCommit: onCommit.runId, runByHand: byHand.runId },
      ...{ baseImage: below, runOnBaseImage: onBase.runId, digest: rebuilt },
    };
  },
};

/** A new edition under the same tag; answers its digest. */
async function pushBaseImage({ ask, local }: Context): Promise<string> {
  const { repository, tag } = BELOW;
  const { host, username, password } = local.endpoints.registries.public;
  await buildAndPush({
    engine: local.engine,
    dockerfileFolder: join(walkthrough, 'base'),
    image: `${host}/${repository}:${tag}`,
    host,
    login: { username, password },
    edition: 'second',
  });
  const digest = await ask.registries.public.digestOf(repository, tag);
  if (digest === undefined) throw new Error(`the public registry has no ${repository}:${tag}`);
  return digest;
}
