/** Identities, what is assigned to them, and what the roles allow. */
import { z } from 'zod';
import type { Facts, Identity, Registry } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import { builtInRoles } from '../../shared/domain/doctor/role-map.ts';
import { isAtOrBelow, sameId, type Assignment, type RoleDefinition } from '../../shared/domain/doctor/roles.ts';
import { unseen, type Reader } from './reader.ts';

const IDENTITIES = '2023-01-31';
const AUTHORIZATION = '2022-04-01';
const READER = 'the role "Reader" on the subscription';

const identity = z
  .object({ id: z.string(), properties: z.object({ principalId: z.string(), clientId: z.string() }) })
  .transform(({ id, properties }) => ({ id, objectId: properties.principalId, clientId: properties.clientId }));

export interface IdentitiesAsked {
  subscription: string;
  /** Of the app: by its object id, or else by its client id. */
  objectId?: string | undefined;
  clientId?: string | undefined;
  /** Ids of those that container groups pull with. */
  pulls: string[];
}

export async function lookAtIdentities(arm: Reader, asked: IdentitiesAsked): Promise<Pick<Facts, 'app' | 'pulls'>> {
  const { subscription, objectId, clientId, pulls } = asked;
  const about = { what: 'the identities of the subscription', where: subscription, right: READER };
  const path = `${subscription}/providers/Microsoft.ManagedIdentity/userAssignedIdentities?api-version=${IDENTITIES}`;
  const listed = await arm.list(path, about, identity);
  const find = (wanted: (one: z.infer<typeof identity>) => boolean): Seen<Identity> => {
    if (listed.kind !== 'seen') return listed;
    const value = listed.value.find(wanted);
    return value ? { kind: 'seen', value } : { kind: 'absent' };
  };
  const app = (): Seen<Identity> => {
    if (objectId !== undefined) return { kind: 'seen', value: { id: objectId, objectId } };
    if (clientId !== undefined) return find((one) => sameId(one.clientId, clientId));
    const why = 'AZURE_CLIENT_ID is not set; --identity names its object id, --function-app the app that has it';
    return unseen({ what: 'the identity of the app', where: subscription }, why);
  };
  return { app: app(), pulls: Object.fromEntries(await Promise.all(pulls.map(async (id) => [id, await pull(id)]))) };

  /** One of another subscription is asked for by its id. */
  async function pull(id: string): Promise<Seen<Identity>> {
    if (isAtOrBelow(id, subscription)) return find((one) => sameId(one.id, id));
    const what = `the identity ${id.split('/').at(-1)} of container groups`;
    return arm.read(`${id}?api-version=${IDENTITIES}`, { what, where: id, right: 'the role "Reader" on it' }, identity);
  }
}

const actions = z
  .array(z.string())
  .nullish()
  .transform((all) => all ?? []);
const definition = z
  .object({
    name: z.string(),
    properties: z.object({
      roleName: z.string(),
      permissions: z.array(z.object({ actions, notActions: actions, dataActions: actions, notDataActions: actions })),
    }),
  })
  .transform(({ name, properties: { roleName, permissions } }) => ({
    guid: name.toLowerCase(),
    name: roleName,
    actions: permissions.flatMap((each) => each.actions),
    notActions: permissions.flatMap((each) => each.notActions),
    dataActions: permissions.flatMap((each) => each.dataActions),
    notDataActions: permissions.flatMap((each) => each.notDataActions),
  }));
const assignment = z.object({
  id: z.string(),
  properties: z.object({
    scope: z.string(),
    roleDefinitionId: z.string(),
    principalId: z.string(),
    principalType: z.string().nullish(),
    condition: z.string().nullish(),
  }),
});

export interface Roles {
  definitions: Seen<RoleDefinition[]>;
  assignments: Record<string, Seen<Assignment[]>>;
  holders: Record<string, NonNullable<Registry['holders']>>;
}

export interface RolesAsked {
  subscription: string;
  objectIds: string[];
  /** Ids of resources: who has a role on each. */
  scopes: string[];
}

export async function lookAtRoles(arm: Reader, { subscription, objectIds, scopes }: RolesAsked): Promise<Roles> {
  const roles = `${subscription}/providers/Microsoft.Authorization/roleDefinitions`;
  const about = { what: 'the role definitions', where: subscription, right: READER };
  const custom = await arm.list(
    `${roles}?api-version=${AUTHORIZATION}&$filter=type eq 'CustomRole'`,
    about,
    definition,
  );
  const known = new Map<string, Promise<Seen<RoleDefinition>>>();
  const byGuid = (guid: string): Promise<Seen<RoleDefinition>> => {
    const own = custom.kind === 'seen' ? custom.value.find((each) => each.guid === guid) : undefined;
    const asked = known.get(guid);
    const answer: Promise<Seen<RoleDefinition>> = own
      ? Promise.resolve({ kind: 'seen', value: own })
      : (asked ?? arm.read(`${roles}/${guid}?api-version=${AUTHORIZATION}`, about, definition));
    known.set(guid, answer);
    return answer;
  };

  const holders = scopes.map(async (scope) => [scope, await assignedAt(scope)] as const);
  const assignments = objectIds.map(async (objectId) => [objectId, await assignedTo(objectId)] as const);
  const builtIn = await Promise.all(Object.values(builtInRoles).map(byGuid));
  const refused = [custom, ...builtIn].find(({ kind }) => kind === 'unseen');
  return {
    definitions:
      refused?.kind === 'unseen'
        ? refused
        : {
            kind: 'seen',
            value: [
              custom.kind === 'seen' ? custom.value : [],
              ...builtIn.map((each) => (each.kind === 'seen' ? [each.value] : [])),
            ].flat(),
          },
    assignments: Object.fromEntries(await Promise.all(assignments)),
    holders: Object.fromEntries(await Promise.all(holders)),
  };

  /** With what its groups have; at, above and below the subscription. */
  async function assignedTo(objectId: string): Promise<Seen<Assignment[]>> {
    const what = `the role assignments of ${objectId}`;
    const listed = await assignmentsOf(subscription, `assignedTo('${objectId}')`, what);
    return listed.kind === 'seen' ? { kind: 'seen', value: listed.value.map(({ assignment: each }) => each) } : listed;
  }

  /** On the resource itself; not what comes from above. */
  async function assignedAt(scope: string): Promise<Roles['holders'][string]> {
    const listed = await assignmentsOf(scope, 'atScope()', `the role assignments on ${scope.split('/').at(-1)}`);
    if (listed.kind !== 'seen') return listed;
    return { kind: 'seen', value: listed.value.filter((each) => sameId(each.assignment.scope, scope)) };
  }

  async function assignmentsOf(scope: string, filter: string, what: string): Promise<Roles['holders'][string]> {
    const path = `${scope}/providers/Microsoft.Authorization/roleAssignments?api-version=${AUTHORIZATION}`;
    const listed = await arm.list(`${path}&$filter=${filter}`, { ...about, what }, assignment);
    if (listed.kind !== 'seen') return listed;
    const value: { objectId: string; kind: string; assignment: Assignment }[] = [];
    for (const { id, properties } of listed.value) {
      const { roleDefinitionId, principalId: objectId, principalType, condition } = properties;
      const role = await byGuid(roleDefinitionId.split('/').at(-1)?.toLowerCase() ?? '');
      if (role.kind === 'unseen') return { ...role, what };
      if (role.kind === 'absent') continue;
      const given = { id, scope: properties.scope, role: role.value, ...(condition ? { condition } : {}) };
      value.push({ objectId, kind: principalType ?? 'Principal', assignment: given });
    }
    return { kind: 'seen', value };
  }
}
