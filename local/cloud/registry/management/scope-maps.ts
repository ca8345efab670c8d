/** `{registry}/scopeMaps`: named lists of what a token may do in which repositories. */
import type { App } from '../../http.ts';
import { SCOPE_MAP_OR_TOKEN_NAME } from '../limits.ts';
import type { Registry } from '../registry.ts';
import { SCOPE_MAP_ACTION } from '../rights.ts';
import { armTime } from '../../time.ts';
import { isSystemScopeMap, type ScopeMapDocument, type Users } from '../users.ts';
import { ArmRefusal, jsonObject, refusing, REGISTRY_PATH, resourceNotFound } from './answers.ts';
import { addReadRoutes, namedIn } from './named.ts';

const SCOPE_MAP_PATH = `${REGISTRY_PATH}/scopemaps/:name`;

export function addScopeMapRoutes(
  arm: App,
  options: { registries: Registry[]; usersOf: (registry: Registry) => Users },
): void {
  const { registries, usersOf } = options;
  const asked = namedIn(options);

  addReadRoutes(arm, {
    kind: 'scopemaps',
    registries,
    all: (registry) => usersOf(registry).scopeMaps(),
    named: (registry, name) => usersOf(registry).scopeMap(name),
    answer,
  });
  arm.put(
    SCOPE_MAP_PATH,
    refusing(async (c) => {
      const { registry, users, name } = asked(c);
      const { description, actions } = parse(await jsonObject(c));
      refuseSystem(name);
      if (!SCOPE_MAP_OR_TOKEN_NAME.test(name)) {
        throw new ArmRefusal(400, 'InvalidParameters', `"${name}" is not a name: 5 to 50 letters, digits and hyphens.`);
      }
      if (actions === undefined) throw new ArmRefusal(400, 'InvalidParameters', 'properties.actions is missing.');
      const old = users.scopeMap(name);
      const created = { name: old?.name ?? name, createdAt: old?.createdAt ?? registry.world.clock.now() };
      users.putScopeMap({ ...created, description, actions });
      return c.json(answer(registry, { ...created, description, actions }));
    }),
  );
  arm.patch(
    SCOPE_MAP_PATH,
    refusing(async (c) => {
      const { registry, users, name } = asked(c);
      const change = parse(await jsonObject(c));
      refuseSystem(name);
      const old = users.scopeMap(name);
      if (!old) throw resourceNotFound(name);
      const scopeMap = {
        ...old,
        description: change.description ?? old.description,
        actions: change.actions ?? old.actions,
      };
      users.putScopeMap(scopeMap);
      return c.json(answer(registry, scopeMap));
    }),
  );
  arm.delete(
    SCOPE_MAP_PATH,
    refusing((c) => {
      const { users, name } = asked(c);
      refuseSystem(name);
      const holders = users.tokens().filter(({ scopeMap }) => scopeMap.toLowerCase() === name.toLowerCase());
      if (holders.length > 0) {
        const names = holders.map((token) => token.name).join(', ');
        throw new ArmRefusal(409, 'Conflict', `The scope map ${name} is used by these tokens: ${names}.`);
      }
      return c.body(null, users.deleteScopeMap(name) ? 200 : 204);
    }),
  );
}

const answer = (registry: Registry, scopeMap: ScopeMapDocument) => ({
  type: 'Microsoft.ContainerRegistry/registries/scopeMaps',
  id: `${registry.id}/scopeMaps/${scopeMap.name}`,
  name: scopeMap.name,
  properties: {
    ...(scopeMap.description === undefined ? {} : { description: scopeMap.description }),
    type: isSystemScopeMap(scopeMap.name) ? 'SystemDefined' : 'UserDefined',
    creationDate: armTime(scopeMap.createdAt),
    provisioningState: 'Succeeded',
    actions: scopeMap.actions,
  },
});

function parse(body: Record<string, unknown>): { description?: string; actions?: string[] } {
  const { description, actions } = (body['properties'] ?? {}) as Record<string, unknown>;
  const list = Array.isArray(actions) ? actions.map(String) : undefined;
  const wrong = (list ?? []).filter((action) => !SCOPE_MAP_ACTION.test(action));
  if (wrong.length > 0) {
    throw new ArmRefusal(
      400,
      'InvalidParameters',
      `These actions are not known, or not emulated: ${wrong.join(', ')}.`,
    );
  }
  return { description: typeof description === 'string' ? description : undefined, actions: list };
}

function refuseSystem(name: string): void {
  if (!isSystemScopeMap(name)) return;
  throw new ArmRefusal(
    400,
    'InvalidParameters',
    `The scope map ${name} is defined by the system and cannot be changed.`,
  );
}
