/** `gated-import hold-app`: of one app; `hold` is of what comes to it. */
import { appPath } from '../app/views.ts';
import { wishCommand } from '../wish-command.ts';

export const holdApp = wishCommand({
  name: 'hold-app',
  summary: 'leave an app as it is, whatever is promoted',
  takes: ['app'],
  wish: async ({ needed, reason }) => {
    const app = needed('app');
    return { wish: { method: 'PUT', path: `${appPath(app)}/hold`, body: { reason } }, said: `app ${app} is held` };
  },
});
