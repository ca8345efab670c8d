/** A release that nobody has signed stops at the gate. Once its publisher has signed the very same image, it passes when it is asked again. */
import type { Step } from '../story.ts';
import { candidateAt, claimNothingPromoted, judged, publish, signToolbox } from '../toolbox.ts';
import { claim } from '../until.ts';

/** An operator of this machine. */
const OPERATOR = 'Omar Haddad';

export const unsigned: Step = {
  id: 'S16',
  title: 'an unsigned candidate is stopped; the same image, signed afterwards, passes its checks',
  async run(context) {
    const { ask, memory, say } = context;
    const digest = await publish(context, { version: '1.1', signed: false });

    const before = await judged(context, digest, 'is settled', (seen) => seen.outcome !== undefined);
    claim('it is rejected', before.outcome?.kind === 'rejected', before.outcome);
    claim('because of its signature', before.outcome?.reason?.checks?.join() === 'signed', before.outcome);
    claim('the scan has found nothing', before.evidence['cve']?.verdict === 'pass', before.evidence);
    await claimNothingPromoted(context);
    say(`rejected: ${before.evidence['signed']?.reasons?.join('; ')}`);

    const tag = await signToolbox(context, digest);
    const asked = await ask.post(`${candidateAt(digest)}/rechecks`, { reason: 'it is signed by now' }, OPERATOR);
    claim('an operator may have it checked again', asked.status === 202, asked);
    const after = await judged(
      context,
      digest,
      'has passed its checks',
      ({ outcome, evidence }) =>
        outcome !== undefined || (evidence['signed']?.verdict === 'pass' && evidence['cve']?.verdict === 'pass'),
    );
    claim('it is open, and passes', after.outcome === undefined, after);
    say(`signed as ${tag}, and checked again: ${after.evidence['signed']?.reasons?.join('; ')}`);
    memory.toolbox = digest;
    return {
      ...{ digest, reason: before.outcome?.reason, signature: tag },
      signed: { before: before.evidence['signed']?.reasons, after: after.evidence['signed']?.reasons },
    };
  },
};
