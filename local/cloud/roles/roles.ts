/**
 * The role table of the emulated Azure: one decides every call to Resource Manager, the vault, the registries and the topics.
 *
 * Assignments and custom roles are ARM resources and lie in the store. They count at once; in Azure it takes minutes.
 */
import type { App } from '../http.ts';
import type { RoleService, World } from '../world.ts';
import { addAssignmentRoutes } from './assignment-routes.ts';
import { addDefinitionRoutes } from './definition-routes.ts';
import { guidOfRole, type BuiltInRole } from './definitions.ts';
import { stableGuid } from './guid.ts';
import { may, reach, type RoleTable } from './may.ts';
import { openRoleStore } from './role-store.ts';
import { canonical, isAtOrBelow } from './scope.ts';

export interface Roles extends RoleService {
  addArmRoutes(arm: App): void;
  /** As whoever builds the cloud would; everybody else puts a resource. Answers the name of the assignment. */
  assign(objectId: string, role: BuiltInRole, scope: string): string;
}

export function createRoles({ world }: { world: World }): Roles {
  const roles = openRoleStore(world);
  const { subscription, principals } = world.config;
  const tableFor = (objectId: string): RoleTable => ({
    assignments: roles.of(objectId),
    definition: roles.definition,
  });
  const assign: Roles['assign'] = (objectId, role, scope) => {
    const guid = guidOfRole(role);
    const name = stableGuid(`${canonical(scope)} ${objectId} ${guid}`);
    roles.putAssignment({
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      scope,
      principalId: objectId,
      principalType: 'ServicePrincipal',
      role: guid,
      createdAt: world.clock.now(),
      createdBy: objectId,
    });
    return name;
  };
  for (const { objectId, owner } of principals) if (owner) assign(objectId, 'Owner', `/subscriptions/${subscription}`);

  return {
    assign,
    may: (objectId, permission, scope) => may(tableFor(objectId), permission, scope),
    reach: (objectId, permission, scope) => reach(tableFor(objectId), permission, scope),
    hasRoleWithin: (objectId, scope) => roles.of(objectId).some((assignment) => isAtOrBelow(assignment.scope, scope)),
    logRefusal(objectId, permission, scope) {
      const name = principals.find((each) => each.objectId === objectId)?.name ?? objectId;
      const what = 'action' in permission ? permission.action : permission.dataAction;
      world.log('roles', `REFUSED ${name} ${what} at ${scope}`);
    },
    addArmRoutes(arm) {
      addAssignmentRoutes(arm, { world, roles });
      addDefinitionRoutes(arm, { world, roles });
    },
  };
}
