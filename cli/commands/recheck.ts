/** `gated-import recheck`: the way on when the surroundings of a check had failed, and not the candidate. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { wishCommand } from '../wish-command.ts';

export const recheck = wishCommand({
  name: 'recheck',
  summary:
    'ask every check of a candidate, or of the current digest, again; one that was rejected or failed is open again',
  takes: ['gate', 'digest'],
  async wish({ app, needed, reason }) {
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    return {
      wish: { method: 'POST', path: `${candidatePath(gate, digest)}/rechecks`, body: { reason } },
      said: `every check of ${digest} is asked again`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
