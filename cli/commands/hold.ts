/** `gated-import hold`: of one gate, or without one of everything. */
import { gatePath } from '../app/views.ts';
import { wishCommand } from '../wish-command.ts';

export const hold = wishCommand({
  name: 'hold',
  summary: 'hold a gate, or everything: nothing is promoted, built or deployed; looking and checking go on',
  takes: ['[gate]'],
  wish: async ({ given, reason }) => {
    const gate = given('gate');
    return {
      wish: { method: 'PUT', path: gate === undefined ? '/api/hold' : `${gatePath(gate)}/hold`, body: { reason } },
      said: `${gate === undefined ? 'everything' : `gate ${gate}`} is held`,
      ...(gate === undefined ? {} : { watch: `gated-import explain ${gate}` }),
    };
  },
});
