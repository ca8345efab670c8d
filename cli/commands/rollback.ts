/** `gated-import rollback`: the way back at three in the morning. It goes through while everything is held or frozen. */
import { digest as digestSchema } from '../../shared/domain/reference.ts';
import { appPath } from '../app/views.ts';
import { WrongUse } from '../command.ts';
import { wishCommand } from '../wish-command.ts';

export const rollback = wishCommand({
  name: 'rollback',
  summary: 'put an earlier version back at an app, and hold the app there',
  takes: ['app', '[digest]'],
  more: 'Without a digest, the last healthy version before the one that runs.',
  wish: async ({ needed, given, reason }) => {
    const app = needed('app');
    const digest = given('digest');
    if (digest !== undefined && !digestSchema.safeParse(digest).success) {
      throw new WrongUse(`"${digest}" is no digest: write sha256: and 64 hexadecimal digits, as /api/images has them`);
    }
    return {
      wish: { method: 'POST', path: `${appPath(app)}/rollbacks`, body: { ...(digest ? { digest } : {}), reason } },
      said: `app ${app} gets ${digest ?? 'its last healthy version before this one'} and is held there; gated-import resume-app ${app} lets it go on`,
    };
  },
});
