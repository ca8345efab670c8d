/** `listCredentials` and `regenerateCredential`: the two passwords of the admin user, while it is enabled. */
import type { App } from '../../http.ts';
import type { Registry } from '../registry.ts';
import { newPassword, type Users } from '../users.ts';
import { ArmRefusal, jsonObject, refusing, REGISTRY_PATH, registryOf } from './answers.ts';

export function addAdminCredentialRoutes(
  arm: App,
  options: { registries: Registry[]; usersOf: (registry: Registry) => Users },
): void {
  const { registries, usersOf } = options;

  const credentials = (registry: Registry) => {
    const { password, password2 } = usersOf(registry).admin();
    const passwords = Object.entries({ password, password2 }).map(([name, value]) => ({ name, value }));
    return { username: registry.name, passwords };
  };
  const registryWithAdmin = (registry: Registry): Registry => {
    if (usersOf(registry).admin().enabled) return registry;
    throw new ArmRefusal(
      400,
      'UnauthorizedForCredentialOperations',
      `Cannot perform credential operations for ${registry.id} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
    );
  };

  arm.post(
    `${REGISTRY_PATH}/listcredentials`,
    refusing((c) => c.json(credentials(registryWithAdmin(registryOf(c, registries))))),
  );
  arm.post(
    `${REGISTRY_PATH}/regeneratecredential`,
    refusing(async (c) => {
      const registry = registryWithAdmin(registryOf(c, registries));
      const { name } = await jsonObject(c);
      if (name !== 'password' && name !== 'password2') {
        throw new ArmRefusal(400, 'InvalidParameters', `name must be password or password2; got ${String(name)}`);
      }
      const users = usersOf(registry);
      users.putAdmin({ ...users.admin(), [name]: newPassword() });
      return c.json(credentials(registry));
    }),
  );
}
