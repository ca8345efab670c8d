/** `--keep`: the system stays up for whoever wants to look around, until Ctrl+C. */
import { layoutOf } from '../../layout.ts';
import type { Step } from '../story.ts';

export const keep = (asked: Promise<unknown>): Step => ({
  id: 'keep',
  title: 'the system stays up until Ctrl+C',
  // Also after a failure, when there is most to look at.
  always: true,
  async run({ local, memory, say }) {
    const { endpoints } = layoutOf(local.instance.directory);
    say(`everything to look at: ${[endpoints, ...Object.values(memory.sites)].join('  ')}`);
    await asked;
    return { endpoints };
  },
});
