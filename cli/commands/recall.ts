/** `gated-import recall`: what was promoted should not have been. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { wishCommand } from '../wish-command.ts';

export const recall = wishCommand({
  name: 'recall',
  summary: 'take the permission of a promoted digest away; the newest earlier one that passes takes its place',
  takes: ['gate', 'digest'],
  async wish({ app, needed, reason }) {
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    return {
      wish: { method: 'POST', path: `${candidatePath(gate, digest)}/recalls`, body: { reason } },
      said: `${digest} is recalled; a recall stays`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
