/** `gated-import override`: one candidate skips the soak or a freeze, once a second person has asked for it too. */
import { candidatePath } from '../app/views.ts';
import { findDigest } from '../app/find-digest.ts';
import { WrongUse } from '../command.ts';
import { wishCommand } from '../wish-command.ts';

export const override = wishCommand({
  name: 'override',
  summary: 'let a candidate skip the soak or a freeze, once two people have asked for it',
  takes: ['gate', 'digest'],
  extra: { skip: '  --skip <wait>     soak or freeze' },
  more: 'No override skips a check.',
  async wish({ app, needed, reason, values: { skip } }) {
    if (skip !== 'soak' && skip !== 'freeze')
      throw new WrongUse('--skip is "soak" or "freeze"; no check can be skipped');
    const gate = needed('gate');
    const digest = await findDigest(app, gate, needed('digest'));
    return {
      wish: { method: 'POST', path: `${candidatePath(gate, digest)}/overrides`, body: { skip, reason } },
      said: `${digest} skips the ${skip}, once two people have asked for it`,
      watch: `gated-import explain ${gate} ${digest}`,
    };
  },
});
