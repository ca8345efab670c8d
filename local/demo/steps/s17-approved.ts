/** A candidate that has passed every check waits for a person with the role that the gate names, who is not the one who asked for it. */
import type { Context, Step } from '../story.ts';
import { candidateAt, claimNothingPromoted, judged, stableToolbox, TOOLBOX } from '../toolbox.ts';
import { claim, missing, until } from '../until.ts';

/** Operator and release manager. */
const REQUESTER = 'Ravi Patel';
const RELEASE_MANAGER = 'Rosa Marin';
const OPERATOR = 'Omar Haddad';
const PROMOTED_WITHIN_SECONDS = 60;

export const approved: Step = {
  id: 'S17',
  title: 'a candidate waits for approval: not by whoever asked for it; a release manager approves, and it is promoted',
  async run(context) {
    const { ask, memory, say } = context;
    const { toolbox: digest } = memory;
    if (digest === undefined) throw new Error('there is no good and signed release of the toolbox');
    const waiting = await judged(context, digest, 'waits', ({ next }) => next?.why.includes('approval') ?? false);
    say(`${TOOLBOX} ${digest} ${waiting.next?.why}`);

    const wish = { reference: `${upstreamOf(context)}@${digest}`, reason: 'the team needs the new openssl' };
    const asked = await ask.post(`/api/gates/${TOOLBOX}/promotions`, wish, REQUESTER);
    claim(`${REQUESTER} asks for its promotion`, asked.status === 202, asked);
    const approve = async (person: string) => {
      const wished = { decision: 'approve', reason: 'read the report and the changelog' };
      const answer = await ask.post(`${candidateAt(digest)}/approvals`, wished, person);
      say(`${person} approves: ${answer.status}`);
      return answer;
    };
    const refused = [await approve(REQUESTER), await approve(OPERATOR)];
    const [byRequester, byOperator] = refused.map(({ status }) => status);
    claim('neither who asked for it nor an operator may approve', byRequester === 403 && byOperator === 403, refused);
    await claimNothingPromoted(context);

    const agreed = await approve(RELEASE_MANAGER);
    claim('a release manager may', agreed.status === 202, agreed);
    await until(
      `${TOOLBOX} in the base registry is ${digest}`,
      async () => {
        const now = await stableToolbox(context);
        return now === digest ? true : missing(now ?? 'no such tag');
      },
      { withinSeconds: PROMOTED_WITHIN_SECONDS },
    );
    const { outcome } = await judged(context, digest, 'is promoted', (seen) => seen.outcome?.kind === 'promoted');
    const journal = (await ask.app(`/api/journal?what=approve&subject=${TOOLBOX}`)) as { entries: Approval[] };
    const who = journal.entries.map(({ name }) => name).join();
    claim('the journal says who has approved', who === RELEASE_MANAGER, journal);
    return {
      ...{ digest, waited: waiting.next?.why, requester: REQUESTER },
      refused: { [REQUESTER]: refused[0], [OPERATOR]: refused[1] },
      ...{ approvals: journal.entries, outcome },
    };
  },
};

interface Approval {
  name?: string;
  why?: string;
  at?: string;
}

const upstreamOf = ({ local }: Context): string => `${local.endpoints.registries.public.host}/${TOOLBOX}`;
