/** `gated-import resume-app`: after a hold of an app, or a rollback, which holds it too. */
import { appPath } from '../app/views.ts';
import { wishCommand } from '../wish-command.ts';

export const resumeApp = wishCommand({
  name: 'resume-app',
  summary: 'let an app go on that was held or rolled back',
  takes: ['app'],
  wish: async ({ needed, reason }) => {
    const app = needed('app');
    return { wish: { method: 'DELETE', path: `${appPath(app)}/hold`, body: { reason } }, said: `app ${app} goes on` };
  },
});
