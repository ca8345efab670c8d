/** A bad upstream change stops at the gate, and stays stopped. */
import type { Context, Step } from '../story.ts';
import { claim, missing, until } from '../until.ts';
import { GATE, NODE, paint, running, STABLE_TAG } from '../walkthrough.ts';

const REJECTED_WITHIN_SECONDS = 90;
const SWEPT_WITHIN_SECONDS = 90;

export const red: Step = {
  id: 'S11',
  title: 'a red commit stops at the gate; stable tag unmoved and page green then, and still after one more sweep',
  async run(context) {
    const { ask, say } = context;
    const stable = await ask.registries.base.digestOf(NODE, STABLE_TAG);
    const upstream = await paint(context, 'red');

    const rejected = await until(
      `candidate ${upstream.digest} is rejected`,
      async () => {
        const path = `/api/gates/${GATE}/candidates/${upstream.digest}`;
        const candidate = (await ask.app(path)) as Candidate | undefined;
        const { outcome } = candidate ?? {};
        return outcome?.kind === 'rejected' ? outcome : missing(candidate ?? 'no such candidate');
      },
      { withinSeconds: REJECTED_WITHIN_SECONDS },
    );
    claim('it is rejected because its check failed', rejected.reason?.kind === 'check-failed', rejected);
    say(`rejected: ${JSON.stringify(rejected.reason)}`);
    await nothingMoved(context, stable);

    const sweeps = await oneMoreSweep(context);
    say(`one more sweep has ended, at ${sweeps.at(-1)}`);
    const page = await nothingMoved(context, stable);
    return { ...upstream, reason: rejected.reason, stable, sweeps, url: page };
  },
};

interface Candidate {
  outcome?: { kind: string; reason?: { kind: string } };
}

async function nothingMoved(context: Context, stable: string | undefined): Promise<string> {
  const now = await context.ask.registries.base.digestOf(NODE, STABLE_TAG);
  claim('the stable tag has not moved', now === stable, now);
  const { url, page } = await running(context, 'the page is served', async () => true);
  claim('the page is green', page.color === 'green', page);
  return url;
}

/**
 * Answers the ends of sweeps: the last one before this was called, one that may have begun before, and one that began after. There is never
 * more than one sweep at a time.
 */
async function oneMoreSweep({ ask }: Context): Promise<(string | undefined)[]> {
  const lastEnd = async () =>
    ((await ask.app('/api/health')) as { lastSweep?: { endedAt: string } } | undefined)?.lastSweep?.endedAt;
  const ends = [await lastEnd()];
  for (const which of ['the sweep under way', 'one more sweep']) {
    const end = await until(
      `${which} has ended`,
      async () => {
        const now = await lastEnd();
        return now !== undefined && now !== ends.at(-1) ? now : missing(now);
      },
      { withinSeconds: SWEPT_WITHIN_SECONDS },
    );
    ends.push(end);
  }
  return ends;
}
