/** Refuses what the caller's roles on the vault, or on the one secret or key, do not allow. It comes before the question whether that is there. */
import type { MiddlewareHandler } from 'hono';
import type { Env } from '../http.ts';
import type { RoleService, World } from '../world.ts';
import { vaultAction } from './actions.ts';
import { refuse } from './answers.ts';

export function authorize(options: {
  world: World;
  roles: RoleService;
  vault: { id: string; name: string };
}): MiddlewareHandler<Env> {
  const { world, roles, vault } = options;
  const { principals, tenant, location } = world.config;

  return async (c, next) => {
    const asked = vaultAction(c.req.method, c.req.path);
    if (!asked) return next();
    const { dataAction, object } = asked;
    const resource = vault.id + (object === undefined ? '' : `/${object}`);
    const { objectId } = c.get('principal');
    if (roles.may(objectId, { dataAction }, resource)) return next();
    roles.logRefusal(objectId, { dataAction }, resource);

    const client = principals.find((each) => each.objectId === objectId)?.clientId ?? objectId;
    const lines = [
      'Caller is not authorized to perform action on resource.',
      'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
      `Caller: appid=${client};oid=${objectId};iss=https://sts.windows.net/${tenant}/`,
      `Action: '${dataAction}'`,
      `Resource: '${resource.toLowerCase()}'`,
      'Assignment: (not found)',
      'DenyAssignmentId: null',
      "DecisionReason: 'DeniedWithNoValidRBAC'",
      `Vault: ${vault.name};location=${location}`,
    ];
    return refuse(c, 403, 'Forbidden', `${lines.join('\r\n')}\r\n`, 'ForbiddenByRbac');
  };
}
