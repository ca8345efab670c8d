/** `gated-import resume`: of one gate, or without one of everything. */
import { gatePath } from '../app/views.ts';
import { wishCommand } from '../wish-command.ts';

export const resume = wishCommand({
  name: 'resume',
  summary: 'lift the hold of a gate, or the hold on everything',
  takes: ['[gate]'],
  wish: async ({ given, reason }) => {
    const gate = given('gate');
    return {
      wish: { method: 'DELETE', path: gate === undefined ? '/api/hold' : `${gatePath(gate)}/hold`, body: { reason } },
      said: `${gate === undefined ? 'everything' : `gate ${gate}`} is no longer held`,
      ...(gate === undefined ? {} : { watch: `gated-import explain ${gate}` }),
    };
  },
});
