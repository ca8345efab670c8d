/**
 * Lets a request into Resource Manager when the caller's roles allow it, refuses it in Resource Manager's words when they do not, and takes
 * out of a list what the caller may not read.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type Env } from '../http.ts';
import type { RoleService, World } from '../world.ts';
import { armAction, type ArmAction } from './arm-action.ts';
import { linkedAccess, type LinkedAccess } from './linked-access.ts';

export function authorizeArm({ world, roles }: { world: World; roles: RoleService }): MiddlewareHandler<Env> {
  const { principals } = world.config;

  return async (c, next) => {
    const asked = armAction(c.req.method, decodeURIComponent(new URL(c.req.url).pathname));
    const { objectId } = c.get('principal');
    const client = principals.find((each) => each.objectId === objectId)?.clientId ?? objectId;
    const who = `The client '${client}' with object id '${objectId}'`;

    if (!asked) return next();
    const { action, scope, filtered } = asked;
    if (roles.may(objectId, { action }, scope)) {
      const missing = await missingLinks(c, action, objectId);
      for (const link of missing) roles.logRefusal(objectId, { action: link.action }, link.scope);
      if (missing.length > 0) return refuseLinks(c, who, asked, missing);
      return next();
    }
    if (filtered && roles.hasRoleWithin(objectId, scope)) {
      await next();
      c.res = await readable(c, action, objectId);
      return;
    }
    roles.logRefusal(objectId, { action }, scope);
    const message = `${who} does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
    return armError(c, 403, 'AuthorizationFailed', message);
  };

  async function missingLinks(c: Context<Env>, action: string, objectId: string): Promise<LinkedAccess[]> {
    if (c.req.method === 'GET') return [];
    const body = (await readBody(c, z.unknown())).data;
    return linkedAccess(action, body).filter((link) => !roles.may(objectId, { action: link.action }, link.scope));
  }

  /** The list that was answered, without what this caller may not read. */
  async function readable(c: Context<Env>, action: string, objectId: string): Promise<Response> {
    const list = listBody.safeParse(await c.res.clone().json());
    if (!c.res.ok || !list.success) return c.res;
    const value = list.data.value.filter(({ id, type }) => {
      const ofItem = action.toLowerCase().endsWith('/resources/read') ? `${type}/read` : action;
      return roles.may(objectId, { action: ofItem }, id);
    });
    return c.json({ ...list.data, value });
  }
}

const listBody = z.looseObject({ value: z.array(z.looseObject({ id: z.string(), type: z.string().optional() })) });

function refuseLinks(c: Context<Env>, who: string, { action, scope }: ArmAction, missing: LinkedAccess[]): Response {
  const listed = (key: keyof LinkedAccess) => [...new Set(missing.map((link) => link[key]))].join(',');
  const message = `${who} has permission to perform action '${action}' on scope '${scope}'; however, it does not have permission to perform action(s) '${listed('action')}' on the linked scope(s) '${listed('scope')}' (respectively) or the linked scope(s) are invalid.`;
  return armError(c, 403, 'LinkedAuthorizationFailed', message);
}
