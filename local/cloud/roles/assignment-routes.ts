/**
 * `{scope}/providers/Microsoft.Authorization/roleAssignments`: PUT, GET, DELETE and list, on a subscription, a group, or any resource.
 *
 * The scope has any number of segments, which a route pattern cannot say; hence one expression and a look at the method. That the scope and
 * the principal exist is not checked.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import { assignmentBody, showAssignment, type Assignment } from './assignment.ts';
import { readAssignmentFilter } from './assignment-filter.ts';
import type { RoleStore } from './role-store.ts';
import { canonical, isAtOrBelow } from './scope.ts';

const PATH =
  /^(?<scope>\/subscriptions\/.+?)\/providers\/microsoft\.authorization\/roleassignments(?:\/(?<name>[^/]+))?$/i;

interface Dependencies {
  world: World;
  roles: RoleStore;
}

export function addAssignmentRoutes(arm: App, { world, roles }: Dependencies): void {
  const show = (assignment: Assignment) => showAssignment(assignment, world.config);

  arm.all('*', async (c, next) => {
    const id = decodeURIComponent(new URL(c.req.url).pathname);
    const { scope, name } = PATH.exec(id)?.groups ?? {};
    if (scope === undefined) return next();
    const known = roles.assignment(id);
    switch (`${c.req.method} ${name === undefined ? 'all' : 'one'}`) {
      case 'GET all':
        return list(c, scope);
      case 'GET one':
        return known ? c.json(show(known)) : notFound(c, name ?? '');
      case 'PUT one':
        return put(c, { id, scope, name: name ?? '' });
      case 'DELETE one':
        if (!known) return c.body(null, 204);
        roles.deleteAssignment(id);
        return c.json(show(known));
      default:
        return next();
    }
  });

  /** Those that count at the scope, and those below it unless the filter says `atScope()`. */
  function list(c: Context<Env>, scope: string): Response {
    const filter = readAssignmentFilter(c.req.query('$filter'));
    if ('problem' in filter) return armError(c, 400, 'NotEmulated', filter.problem);
    const value = roles
      .assignments()
      .filter((each) => isAtOrBelow(scope, each.scope) || (!filter.atScope && isAtOrBelow(each.scope, scope)))
      .filter(({ principalId }) => !filter.principalId || principalId.toLowerCase() === filter.principalId)
      .map(show);
    return c.json({ value });
  }

  async function put(c: Context<Env>, place: Pick<Assignment, 'id' | 'scope' | 'name'>): Promise<Response> {
    if (!z.guid().safeParse(place.name).success) {
      const message = `The role assignment ID '${place.name}' is not valid. The role assignment ID must be a GUID.`;
      return armError(c, 400, 'InvalidRoleAssignmentId', message);
    }
    const body = await readBody(c, assignmentBody);
    if (!body.success) return armError(c, 400, 'InvalidRequestContent', z.prettifyError(body.error));
    const { roleDefinitionId: role, principalId, principalType, condition, description } = body.data.properties;
    if (!roles.definition(role)) {
      const message = `The specified role definition with ID '${role}' does not exist.`;
      return armError(c, 400, 'RoleDefinitionDoesNotExist', message);
    }

    const known = roles.assignment(place.id);
    const isOther = known && (known.principalId.toLowerCase() !== principalId.toLowerCase() || known.role !== role);
    if (isOther) {
      const message = 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.';
      return armError(c, 400, 'RoleAssignmentUpdateNotPermitted', message);
    }
    const same = roles
      .of(principalId)
      .find((each) => each.role === role && canonical(each.scope) === canonical(place.scope));
    if (!known && same) {
      const message = `The role assignment already exists. The ID of the existing role assignment is ${same.name}.`;
      return armError(c, 409, 'RoleAssignmentExists', message);
    }
    const assignment: Assignment = {
      ...place,
      principalId,
      principalType,
      role,
      ...(condition ? { condition: condition.parsed, conditionText: condition.text } : {}),
      ...(description ? { description } : {}),
      createdAt: known?.createdAt ?? world.clock.now(),
      createdBy: known?.createdBy ?? c.get('principal').objectId,
    };
    roles.putAssignment(assignment);
    return c.json(show(assignment), known ? 200 : 201);
  }
}

const notFound = (c: Context<Env>, name: string): Response =>
  armError(c, 404, 'RoleAssignmentNotFound', `The role assignment '${name}' is not found.`);
