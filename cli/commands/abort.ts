/** `gated-import abort`: a person has seen enough of a candidate. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { wishCommand } from '../wish-command.ts';

export const abort = wishCommand({
  name: 'abort',
  summary: 'stop a candidate: it is rejected, and its runs are cancelled',
  takes: ['gate', 'digest'],
  async wish({ app, needed, reason }) {
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    return {
      wish: { method: 'POST', path: `${candidatePath(gate, digest)}/aborts`, body: { reason } },
      said: `${digest} is stopped`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
