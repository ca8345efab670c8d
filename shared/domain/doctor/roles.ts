/** Roles of Azure, as far as the doctor compares them: what one allows, who has one where, and what the map of roles says. */

/** Patterns with `*`. */
export interface Permissions {
  actions: string[];
  notActions: string[];
  dataActions: string[];
  notDataActions: string[];
}

export interface RoleDefinition extends Permissions {
  /** In lower case. */
  guid: string;
  /** With the environment at its end, where it is one of our own: `gated-import importer (walkthrough)`. */
  name: string;
}

export interface Assignment {
  id: string;
  /** A resource id. */
  scope: string;
  role: RoleDefinition;
  /** As it was written. */
  condition?: string;
}

export interface CustomRole {
  name: string;
  description: string;
  actions: string[];
  dataActions: string[];
}

export interface Grant {
  to: string;
  role: string;
  because: string;
}

export type Place =
  | 'quarantine'
  | 'baseByRepository'
  | 'base'
  | 'teamByRepository'
  | 'team'
  | 'public'
  | 'apps'
  | 'pullIdentity'
  | 'vault'
  | 'signingKey'
  | 'announcements'
  | 'storage'
  | 'policy'
  | 'telemetry';

export const allows = (role: Permissions, asked: { action: string } | { dataAction: string }): boolean =>
  'action' in asked
    ? matches(role.actions, asked.action) && !matches(role.notActions, asked.action)
    : matches(role.dataActions, asked.dataAction) && !matches(role.notDataActions, asked.dataAction);

/** What of the one is allowed by none of the others; its patterns are compared as they stand. */
export const notAllowed = ({ actions, dataActions }: Permissions, held: Permissions[]): string[] => [
  ...actions.filter((action) => !held.some((one) => allows(one, { action }))),
  ...dataActions.filter((dataAction) => !held.some((one) => allows(one, { dataAction }))),
];

const matches = (patterns: string[], action: string): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
  });

/** Scopes are compared without regard to case. */
export const isAtOrBelow = (scope: string, outer: string): boolean =>
  `${scope.toLowerCase()}/`.startsWith(`${outer.toLowerCase().replace(/\/$/, '')}/`);

export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** `gated-import importer (walkthrough)` is the role `gated-import importer`. */
export const plainName = (name: string): string => name.replace(/ \([^()]+\)$/, '');

/**
 * Whether a condition lets these repositories through, as far as it can be told: `infra/modules/registry-access.bicep` and Azure's portal write
 * the names like this.
 */
export function reaches(condition: string | undefined, repositories: string[]): boolean {
  if (condition === undefined || condition === '') return true;
  const named = [...condition.matchAll(/String(Equals|StartsWith)(?:IgnoreCase)? '([^']*)'/g)];
  return repositories.every((repository) =>
    named.some(([, kind, name = '']) => (kind === 'Equals' ? repository === name : repository.startsWith(name))),
  );
}
