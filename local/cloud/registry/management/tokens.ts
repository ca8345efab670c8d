/** `{registry}/tokens` and `generateCredentials`: logins whose rights are those of a scope map. */
import type { App } from '../../http.ts';
import type { World } from '../../world.ts';
import { SCOPE_MAP_OR_TOKEN_NAME } from '../limits.ts';
import type { Registry } from '../registry.ts';
import { armTime } from '../../time.ts';
import { hashOf, newPassword, type PasswordName, type TokenDocument, type Users } from '../users.ts';
import { ArmRefusal, jsonObject, refusing, REGISTRY_PATH, registryOf, resourceNotFound } from './answers.ts';
import { openOperations } from './operations.ts';
import { addReadRoutes, namedIn } from './named.ts';

const TOKEN_PATH = `${REGISTRY_PATH}/tokens/:name`;

export function addTokenResourceRoutes(
  arm: App,
  options: { world: World; registries: Registry[]; usersOf: (registry: Registry) => Users },
): void {
  const { world, registries, usersOf } = options;
  const asked = namedIn(options);
  const operations = openOperations<{ token: string }>({ ...world, collection: 'registry.token-operations' });

  addReadRoutes(arm, {
    kind: 'tokens',
    registries,
    all: (registry) => usersOf(registry).tokens(),
    named: (registry, name) => usersOf(registry).token(name),
    answer,
  });
  arm.put(
    TOKEN_PATH,
    refusing(async (c) => {
      const { registry, users, name } = asked(c);
      const { scopeMap, enabled } = parse(await jsonObject(c), registry, users);
      if (!SCOPE_MAP_OR_TOKEN_NAME.test(name) || name.toLowerCase() === registry.name.toLowerCase()) {
        throw new ArmRefusal(
          400,
          'InvalidParameters',
          `"${name}" is not a name: 5 to 50 letters, digits and hyphens, and not the registry's.`,
        );
      }
      if (scopeMap === undefined) throw new ArmRefusal(400, 'InvalidParameters', 'properties.scopeMapId is missing.');
      const old = users.token(name) ?? { name, createdAt: world.clock.now(), passwords: [] };
      const token = { ...old, scopeMap, enabled: enabled ?? true };
      const operation = world.store.transaction(() => {
        users.putToken(token);
        const state = { kind: 'succeeded' } as const;
        return operations.start({ prefix: 'token', registry: registry.name, state, work: { token: name } });
      });
      const { origin, search } = new URL(c.req.url);
      const path = `${registry.id}/tokens/${name}/operationStatuses/${operation.id}`;
      c.header('azure-asyncoperation', `${origin}${path}${search}`);
      c.header('retry-after', '1');
      // The token is there already; Azure says so only after a poll, and clients have to cope with that.
      return c.json(answer(registry, token, 'Creating'), 201);
    }),
  );
  arm.get(
    `${TOKEN_PATH}/operationstatuses/:operation`,
    refusing((c) => {
      const registry = registryOf(c, registries);
      const id = c.req.param('operation') ?? '';
      if (operations.get(id)?.registry !== registry.name) throw resourceNotFound(id);
      c.header('azure-asyncoperation', c.req.url);
      return c.json({ status: 'Succeeded' });
    }),
  );
  arm.patch(
    TOKEN_PATH,
    refusing(async (c) => {
      const { registry, users, name } = asked(c);
      const change = parse(await jsonObject(c), registry, users);
      const old = users.token(name);
      if (!old) throw resourceNotFound(name);
      const token = { ...old, scopeMap: change.scopeMap ?? old.scopeMap, enabled: change.enabled ?? old.enabled };
      users.putToken(token);
      return c.json(answer(registry, token));
    }),
  );
  arm.delete(
    TOKEN_PATH,
    refusing((c) => {
      const { users, name } = asked(c);
      return c.body(null, users.deleteToken(name) ? 200 : 204);
    }),
  );

  arm.post(
    `${REGISTRY_PATH}/generatecredentials`,
    refusing(async (c) => {
      const registry = registryOf(c, registries);
      const users = usersOf(registry);
      const { tokenId, name, expiry } = await jsonObject(c);
      const tokenName = childName(tokenId, registry, 'tokens') ?? '';
      const token = users.token(tokenName);
      if (!token) throw resourceNotFound(String(tokenId));
      const now = world.clock.now();
      const expiresAt = typeof expiry === 'string' ? Date.parse(expiry) : undefined;
      if (expiresAt !== undefined && !(expiresAt > now)) {
        throw new ArmRefusal(400, 'InvalidParameters', `expiry must be a time to come; got ${String(expiry)}`);
      }
      const fresh = passwordNames(name).map((each) => ({
        name: each,
        value: newPassword(),
        createdAt: now,
        expiresAt,
      }));
      const kept = token.passwords.filter((old) => !fresh.some((each) => each.name === old.name));
      const made = fresh.map(({ value, ...rest }) => ({ ...rest, hash: hashOf(value) }));
      users.putToken({ ...token, passwords: [...kept, ...made].toSorted((a, b) => a.name.localeCompare(b.name)) });
      const passwords = fresh.map((each) => ({ ...passwordAnswer(each), value: each.value }));
      return c.json({ username: token.name, passwords });
    }),
  );
}

function answer(registry: Registry, token: TokenDocument, provisioningState = 'Succeeded') {
  return {
    type: 'Microsoft.ContainerRegistry/registries/tokens',
    id: `${registry.id}/tokens/${token.name}`,
    name: token.name,
    properties: {
      creationDate: armTime(token.createdAt),
      provisioningState,
      scopeMapId: `${registry.id}/scopeMaps/${token.scopeMap}`,
      credentials: { certificates: [], passwords: token.passwords.map(passwordAnswer) },
      status: token.enabled ? 'enabled' : 'disabled',
    },
  };
}

const passwordAnswer = (password: { name: PasswordName; createdAt: number; expiresAt?: number }) => ({
  creationTime: armTime(password.createdAt),
  ...(password.expiresAt === undefined ? {} : { expiry: armTime(password.expiresAt) }),
  name: password.name,
});

/** Without a name, both are made anew. */
function passwordNames(name: unknown): PasswordName[] {
  if (name === undefined || name === null) return ['password1', 'password2'];
  if (name === 'password1' || name === 'password2') return [name];
  throw new ArmRefusal(400, 'InvalidParameters', `name must be password1 or password2; got ${String(name)}`);
}

function parse(
  body: Record<string, unknown>,
  registry: Registry,
  users: Users,
): { scopeMap?: string; enabled?: boolean } {
  const { scopeMapId, status } = (body['properties'] ?? {}) as Record<string, unknown>;
  if (status !== undefined && status !== 'enabled' && status !== 'disabled') {
    throw new ArmRefusal(
      400,
      'InvalidParameters',
      `properties.status must be enabled or disabled; got ${String(status)}`,
    );
  }
  const enabled = status === undefined ? undefined : status === 'enabled';
  if (scopeMapId === undefined) return { enabled };
  const scopeMap = users.scopeMap(childName(scopeMapId, registry, 'scopemaps') ?? '');
  if (!scopeMap) throw resourceNotFound(String(scopeMapId));
  return { scopeMap: scopeMap.name, enabled };
}

/** The name at the end of a resource id below this registry, in lower case. */
function childName(id: unknown, registry: Registry, kind: string): string | undefined {
  const prefix = `${registry.id}/${kind}/`.toLowerCase();
  const text = String(id).toLowerCase();
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}
