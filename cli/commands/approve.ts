/** `gated-import approve`: agrees to a candidate, as its checks stand now. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { wishCommand } from '../wish-command.ts';

export const approve = wishCommand({
  name: 'approve',
  summary: 'agree to the promotion of a candidate, as its checks stand now',
  takes: ['gate', 'digest'],
  extra: {
    about: '  --about <text>    what you saw (explain shows it): refused when there is something else to agree to',
  },
  async wish({ app, needed, reason, values: { about } }) {
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    const body = { decision: 'approve', reason, ...(about === undefined ? {} : { about }) };
    return {
      wish: { method: 'POST', path: `${candidatePath(gate, digest)}/approvals`, body },
      said: `${digest} is approved, as its checks stand now`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
