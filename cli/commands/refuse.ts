/** `gated-import refuse`: one refusal settles a candidate. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { wishCommand } from '../wish-command.ts';

export const refuse = wishCommand({
  name: 'refuse',
  summary: 'refuse the promotion of a candidate: it is rejected',
  takes: ['gate', 'digest'],
  async wish({ app, needed, reason }) {
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    return {
      wish: { method: 'POST', path: `${candidatePath(gate, digest)}/approvals`, body: { decision: 'refuse', reason } },
      said: `${digest} is refused`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
