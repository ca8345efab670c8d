/**
 * Decides, from the whole table of role assignments, what a principal may do at a scope.
 *
 * What one assignment allows, no other takes away: there are no deny assignments here.
 */
import type { Permission, Reach } from '../world.ts';
import type { Assignment } from './assignment.ts';
import type { RoleDefinition } from './definitions.ts';
import { allows } from './permissions.ts';
import { isAtOrBelow } from './scope.ts';

export interface RoleTable {
  /** Of this principal. */
  assignments: Assignment[];
  definition(guid: string): RoleDefinition | undefined;
}

/** Everything below the scope, or the repositories that the conditions name; none of them is nothing at all. */
export function reach(table: RoleTable, permission: Permission, scope: string): Reach {
  const repositories: Exclude<Reach, 'everything'> = [];
  for (const { scope: assignedAt, role, condition } of table.assignments) {
    const definition = table.definition(role);
    if (!definition || !isAtOrBelow(scope, assignedAt) || !allows(definition.permissions, permission)) continue;
    const isLimited = 'dataAction' in permission && condition?.limited.includes(permission.dataAction.toLowerCase());
    if (!condition || !isLimited) return 'everything';
    repositories.push(...condition.repositories);
  }
  return repositories;
}

/** On everything at and below the scope, not only on some repositories. */
export const may = (table: RoleTable, permission: Permission, scope: string): boolean =>
  reach(table, permission, scope) === 'everything';
