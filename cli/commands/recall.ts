/** `gated-import recall`: what was promoted should not have been; with `--lift`, the recall should not have been. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { wishCommand } from '../wish-command.ts';

export const recall = wishCommand({
  name: 'recall',
  summary: 'take the permission of a promoted digest away; the newest earlier one that passes takes its place',
  takes: ['gate', 'digest'],
  extra: {
    lift: '  --lift            it was recalled by mistake: somebody else, or a release manager, gives the permission back',
  },
  more: 'Lifting a recall moves nothing: what was put back stays until the digest is promoted again.',
  async wish({ app, needed, reason, values: { lift } }) {
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    const path = `${candidatePath(gate, digest)}/recalls`;
    if (lift) {
      return {
        wish: { method: 'DELETE', path, body: { reason } },
        said: `the recall of ${digest} is lifted; if another one took its place, "gated-import promote ${gate} ${digest}" has it checked and promoted again`,
        watch: `gated-import explain ${gate} ${digest}`,
      };
    }
    return {
      wish: { method: 'POST', path, body: { reason } },
      said: `${digest} is recalled, until somebody lifts that`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
