/**
 * Rights that an identity lacks.
 *
 * Compared by what roles allow and not by their names, so that a role of somebody's own making does, and one that lost an action is found.
 */
import type { Finding } from './finding.ts';
import type { Need } from './needs.ts';
import { builtInRoles, customRoles } from './role-map.ts';
import {
  isAtOrBelow,
  notAllowed,
  plainName,
  reaches,
  type Assignment,
  type Permissions,
  type RoleDefinition,
} from './roles.ts';

/** One role at one place may be needed for two reasons. */
export const required = (needs: Need[]): Need[] =>
  needs.filter(
    (need, index) =>
      need.required &&
      index === needs.findIndex((other) => other.required && other.role === need.role && other.scope === need.scope),
  );

export interface Holder {
  /** For a person: `the app`. */
  called: string;
  objectId: string;
  held: Assignment[];
  /** Of Azure. */
  definitions: RoleDefinition[];
}

export function missingRight(need: Need, { called, objectId, held, definitions }: Holder): Finding[] {
  const { role, scope, place, repositories } = need;
  const permissions = permissionsOf(role, definitions);
  const there = held.filter((assignment) => isAtOrBelow(scope, assignment.scope));
  const within = there.filter(({ condition }) => reaches(condition, repositories));
  const allowed = (some: Assignment[]) => some.map((assignment) => assignment.role);
  const lacks = permissions
    ? notAllowed(permissions, allowed(within))
    : within.some((assignment) => assignment.role.guid === builtInRoles[role])
      ? []
      : [role];
  if (lacks.length === 0) return [];

  const limited = permissions && notAllowed(permissions, allowed(there)).length === 0;
  return [
    {
      code: 'missing-right',
      severity: 'error',
      what: limited
        ? `${called} has the role "${role}" on ${place}, but not for every repository of the policy (${repositories.join(', ')})`
        : `${called} lacks the role "${role}" on ${place} (${lacks.join(', ')})`,
      where: scope,
      why: need.because,
      fix: limited
        ? 'name these repositories in the condition of the assignment (the parameter "repositories" of the registry in infra/main.bicepparam)'
        : give(need, { objectId, definitions }),
    },
  ];
}

/** The command that gives the role. */
export function give(
  { role, scope }: Need,
  { objectId, definitions }: Pick<Holder, 'objectId' | 'definitions'>,
): string {
  const found = definitions.find(({ name }) => name === role || plainName(name) === role);
  if (!found) return `deploy infra/main.bicep, which defines the role "${role}" and assigns it`;
  return `az role assignment create --assignee-object-id ${objectId} --assignee-principal-type ServicePrincipal --role "${found.name}" --scope ${scope}`;
}

/** Of a built-in role what Azure says; of one of ours what the map says. `undefined`: Azure does not have it. */
export function permissionsOf(role: string, definitions: RoleDefinition[]): Permissions | undefined {
  const own = customRoles.find(({ name }) => name === role);
  if (own) return { actions: own.actions, dataActions: own.dataActions, notActions: [], notDataActions: [] };
  return definitions.find(({ guid }) => guid === builtInRoles[role]);
}
