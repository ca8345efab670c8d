/** Role assignments and role definitions as they lie in the store; built-in roles come with the program. */
import type { World } from '../world.ts';
import type { Assignment } from './assignment.ts';
import { builtInRoles, type RoleDefinition } from './definitions.ts';
import { canonical } from './scope.ts';

export type RoleStore = ReturnType<typeof openRoleStore>;

/** Held in memory too: every request asks. */
export function openRoleStore({ store }: Pick<World, 'store'>) {
  const keptAssignments = store.collection<Assignment>('roles.assignments');
  const keptDefinitions = store.collection<RoleDefinition>('roles.definitions');
  const assignments = new Map(keptAssignments.entries().map(({ key, value }) => [key, value]));
  const definitions = new Map([
    ...builtInRoles.map((role): [string, RoleDefinition] => [role.guid, role]),
    ...keptDefinitions.entries().map(({ key, value }): [string, RoleDefinition] => [key, value]),
  ]);
  const samePrincipal = (objectId: string) => (assignment: Assignment) =>
    assignment.principalId.toLowerCase() === objectId.toLowerCase();

  return {
    assignments: (): Assignment[] => [...assignments.values()],
    of: (objectId: string): Assignment[] => [...assignments.values()].filter(samePrincipal(objectId)),
    assignment: (id: string): Assignment | undefined => assignments.get(canonical(id)),
    putAssignment(assignment: Assignment): void {
      keptAssignments.put(canonical(assignment.id), assignment);
      assignments.set(canonical(assignment.id), assignment);
    },
    deleteAssignment(id: string): void {
      keptAssignments.delete(canonical(id));
      assignments.delete(canonical(id));
    },

    definitions: (): RoleDefinition[] => [...definitions.values()],
    definition: (guid: string): RoleDefinition | undefined => definitions.get(guid.toLowerCase()),
    putDefinition(definition: RoleDefinition): void {
      keptDefinitions.put(definition.guid, definition);
      definitions.set(definition.guid, definition);
    },
    deleteDefinition(guid: string): void {
      keptDefinitions.delete(guid.toLowerCase());
      definitions.delete(guid.toLowerCase());
    },
  };
}
