/**
 * `{scope}/providers/Microsoft.Authorization/roleDefinitions`: the built-in roles, and custom ones, which can be put and deleted.
 *
 * A custom role is there at every scope of the one subscription; its `assignableScopes` are kept and shown.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App, type Env } from '../http.ts';
import type { World } from '../world.ts';
import type { RoleDefinition } from './definitions.ts';
import type { RoleStore } from './role-store.ts';

const PATH = /^\/subscriptions\/.+?\/providers\/microsoft\.authorization\/roledefinitions(?:\/(?<guid>[^/]+))?$/i;
const FILTER = /^(?:roleName eq '(?<name>[^']+)'|type eq '(?<type>BuiltInRole|CustomRole)')$/i;

const actions = z.array(z.string()).nullish();
const putBody = z.object({
  properties: z.object({
    roleName: z.string().min(1),
    description: z.string().nullish(),
    type: z.literal('CustomRole', 'only custom roles can be put').default('CustomRole'),
    permissions: z.tuple(
      [z.object({ actions, notActions: actions, dataActions: actions, notDataActions: actions })],
      'exactly one entry is emulated, as the portal writes it',
    ),
    assignableScopes: z.array(z.string()).min(1),
  }),
});

interface Dependencies {
  world: World;
  roles: RoleStore;
}

export function addDefinitionRoutes(arm: App, { world, roles }: Dependencies): void {
  const show = (definition: RoleDefinition): object => ({
    id: `/subscriptions/${world.config.subscription}/providers/Microsoft.Authorization/roleDefinitions/${definition.guid}`,
    name: definition.guid,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: definition.name,
      type: definition.type,
      description: definition.description ?? '',
      assignableScopes: definition.assignableScopes,
      permissions: [definition.permissions],
    },
  });

  arm.all('*', async (c, next) => {
    const match = PATH.exec(decodeURIComponent(new URL(c.req.url).pathname));
    if (!match) return next();
    const guid = match.groups?.['guid'];
    if (guid === undefined) return c.req.method === 'GET' ? list(c) : next();
    const known = roles.definition(guid);
    switch (c.req.method) {
      case 'GET':
        return known ? c.json(show(known)) : notFound(c, guid);
      case 'PUT':
        return put(c, guid, known);
      case 'DELETE':
        return remove(c, known);
      default:
        return next();
    }
  });

  function list(c: Context<Env>): Response {
    const text = c.req.query('$filter');
    const filter = text === undefined ? {} : FILTER.exec(text)?.groups;
    if (!filter) {
      return armError(c, 400, 'NotEmulated', `$filter: "${text}" is not emulated; roleName eq '…' and type eq '…' are`);
    }
    const { name, type } = filter;
    const value = roles
      .definitions()
      .filter((role) => name === undefined || role.name.toLowerCase() === name.toLowerCase())
      .filter((role) => type === undefined || role.type.toLowerCase() === type.toLowerCase())
      .map(show);
    return c.json({ value });
  }

  async function put(c: Context<Env>, guid: string, known: RoleDefinition | undefined): Promise<Response> {
    const body = await readBody(c, putBody);
    if (!z.guid().safeParse(guid).success || !body.success) {
      const problem = body.success ? `"${guid}" is no GUID` : z.prettifyError(body.error);
      return armError(c, 400, 'InvalidRequestContent', problem);
    }
    const { roleName: name, description, permissions, assignableScopes } = body.data.properties;
    if (known?.type === 'BuiltInRole') {
      return armError(c, 400, 'RoleDefinitionUpdateNotAllowed', `${known.name} is a built-in role.`);
    }
    const namesake = roles.definitions().find((role) => role.name.toLowerCase() === name.toLowerCase());
    if (namesake && namesake.guid !== guid.toLowerCase()) {
      return armError(c, 409, 'RoleDefinitionWithSameNameExists', `A role definition named '${name}' exists already.`);
    }
    const [given] = permissions;
    const definition: RoleDefinition = {
      guid: guid.toLowerCase(),
      name,
      type: 'CustomRole',
      ...(description ? { description } : {}),
      permissions: {
        actions: given.actions ?? [],
        notActions: given.notActions ?? [],
        dataActions: given.dataActions ?? [],
        notDataActions: given.notDataActions ?? [],
      },
      assignableScopes,
    };
    roles.putDefinition(definition);
    return c.json(show(definition), 201);
  }

  function remove(c: Context<Env>, known: RoleDefinition | undefined): Response {
    if (!known) return c.body(null, 204);
    if (known.type === 'BuiltInRole') {
      return armError(c, 400, 'RoleDefinitionUpdateNotAllowed', `${known.name} is a built-in role.`);
    }
    const assigned = roles.assignments().filter(({ role }) => role === known.guid);
    if (assigned.length > 0) {
      const message = `There are existing role assignments referencing role (code: ${known.guid}).`;
      return armError(c, 400, 'RoleDefinitionHasAssignments', message);
    }
    roles.deleteDefinition(known.guid);
    return c.json(show(known));
  }
}

const notFound = (c: Context<Env>, guid: string): Response =>
  armError(c, 404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${guid}' does not exist.`);
