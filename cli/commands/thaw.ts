/** `gated-import thaw`: the end of a freeze by a person; those of the policy stay. */
import { wishCommand } from '../wish-command.ts';

export const thaw = wishCommand({
  name: 'thaw',
  summary: 'end the freeze of everything by a person; the windows of the policy stay',
  takes: [],
  wish: async ({ reason }) => ({
    wish: { method: 'DELETE', path: '/api/freeze', body: { reason } },
    said: 'what a person froze goes on; the windows of the policy stay',
  }),
});
