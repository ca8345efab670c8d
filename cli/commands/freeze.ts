/** `gated-import freeze`: nothing is promoted, built or deployed until a time, and then all goes on by itself. */
import { WrongUse } from '../command.ts';
import { wishCommand } from '../wish-command.ts';

export const freeze = wishCommand({
  name: 'freeze',
  summary: 'freeze everything until a time: nothing is promoted, built or deployed',
  takes: [],
  extra: { until: '  --until <time>    when it ends by itself, with offset: 2026-12-27T08:00:00+01:00' },
  async wish({ reason, values: { until } }) {
    if (until === undefined)
      throw new WrongUse('--until is missing: a time with its offset, such as 2026-12-27T08:00:00+01:00');
    return {
      wish: { method: 'PUT', path: '/api/freeze', body: { reason, until } },
      said: `everything is frozen until ${until}`,
    };
  },
});
