/** What a role definition allows: patterns of actions (management) and of data actions, each less those of its `not…` list. */
import { matchesGlob } from '../glob.ts';
import type { Permission } from '../world.ts';

export interface Permissions {
  actions: string[];
  notActions: string[];
  dataActions: string[];
  notDataActions: string[];
}

export function allows(permissions: Permissions, permission: Permission): boolean {
  if ('action' in permission) {
    const { actions, notActions } = permissions;
    return matchesOne(actions, permission.action) && !matchesOne(notActions, permission.action);
  }
  const { dataActions, notDataActions } = permissions;
  return matchesOne(dataActions, permission.dataAction) && !matchesOne(notDataActions, permission.dataAction);
}

const matchesOne = (patterns: string[], action: string): boolean =>
  patterns.some((pattern) => matchesGlob(pattern, action));
