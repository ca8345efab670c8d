/** What others are told, as CloudEvents to the announcement topic. */

export interface Announcements {
  /** `id` makes a repetition recognisable. */
  announce(event: {
    id: string;
    type: AnnouncementType;
    subject: string;
    data: Record<string, unknown>;
  }): Promise<void>;
}

export type AnnouncementType =
  | 'sighted'
  | 'waiting'
  | 'promoted'
  | 'rejected'
  | 'failed'
  | 'buildFailed'
  | 'deployed'
  | 'rolledBack'
  | 'held'
  | 'unhealthy'
  | 'observed'
  | 'driftFound'
  | 'recalled'
  | 'recallLifted'
  | 'recallProposed'
  | 'policyRefused';
