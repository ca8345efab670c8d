/** Announcements as CloudEvents to an Event Grid topic. The id is the caller's, so a repetition can be told from news. */
import type { Announcements } from '../ports/announcements.ts';
import { ask } from './ask.ts';
import type { Clients } from './clients.ts';
import { neededRoles } from './needed-roles.ts';

const SOURCE = '/gated-import';

export const azureAnnouncements = ({ announcements }: Pick<Clients, 'announcements'>): Announcements => ({
  async announce({ id, type, subject, data }) {
    const question = { service: 'Event Grid', what: `announce "${type}" of ${subject}`, roles: neededRoles.announce };
    await ask(question, () =>
      announcements.send([{ id, source: SOURCE, type: `gated-import.${type}`, subject, data }]),
    );
  },
});
