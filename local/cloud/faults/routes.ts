/**
 * `GET` and `PUT /local/faults` on the host of Resource Manager: the plan of faults, for whoever owns the subscription.
 *
 * A token is asked for although it is loopback only: a page in a browser of this machine can reach that too.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { authenticateArm } from '../arm.ts';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { IdentityService, RoleService, World } from '../world.ts';
import type { Faults } from './faults.ts';
import { plan } from './rules.ts';

const PATH = '/local/faults';
/** No action of Azure's; `*` allows it. */
const WRITE = { action: 'Local.Faults/write' };

export function addFaultRoutes(
  arm: App,
  options: { world: World; identity: IdentityService; roles: RoleService; faults: Faults },
): void {
  const { world, identity, roles, faults } = options;
  const subscription = `/subscriptions/${world.config.subscription}`;

  arm.use(PATH, authenticateArm({ world, identity }));
  arm.use(PATH, async (c, next) => {
    if (roles.may(c.get('principal').objectId, WRITE, subscription)) return next();
    return armError(c, 403, 'AuthorizationFailed', `only an Owner of ${subscription} asks for faults`);
  });
  const show = (c: Context<Env>): Response => c.json(faults.show());
  arm.get(PATH, show);
  arm.put(PATH, async (c) => {
    const body = await readBody(c, plan);
    if (!body.success) return armError(c, 400, 'InvalidRequestContent', z.prettifyError(body.error));
    faults.put(body.data);
    return show(c);
  });
}
