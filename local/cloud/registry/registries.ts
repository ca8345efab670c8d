/**
 * Emulated Azure Container Registry: the management plane, as routes on the ARM app, and a data plane for each registry of the
 * configuration. Tasks and runs are in another folder.
 */
import type { App } from '../http.ts';
import type { EventService, IdentityService, RegistryService, RegistryTags, RoleService, World } from '../world.ts';
import { createDataPlane } from './data-plane/app.ts';
import { TOKEN_USER } from './data-plane/access.ts';
import { createImportRunner, type ImportWork } from './import/runner.ts';
import { createTokens } from './jwt.ts';
import { addAdminCredentialRoutes } from './management/admin-credentials.ts';
import { addImportRoutes } from './management/import.ts';
import { openOperations } from './management/operations.ts';
import { addRegistryRoutes } from './management/registries.ts';
import { addScopeMapRoutes } from './management/scope-maps.ts';
import { acceptsArmTokens, roleAssignmentMode, settingsOf } from './management/settings.ts';
import { addTokenResourceRoutes } from './management/tokens.ts';
import { openRegistry, type Registry } from './registry.ts';
import { onEveryRepository, withCatalog, type Rights } from './rights.ts';
import { roleRights } from './role-rights.ts';
import { sweep } from './sweep.ts';
import { openUsers } from './users.ts';

export interface Registries extends RegistryService, RegistryTags {
  /** Adds the management plane; authentication is the caller's. */
  addArmRoutes(arm: App): void;
  /** The app that listens, with TLS, on the port of that registry. */
  dataPlane(registryName: string): App;
  /** To be called once every registry listens: takes up the imports that a crash cut off. */
  start(): void;
  /** Cuts off running imports, which go on at the next start. To be called before the store is closed. */
  stop(): Promise<void>;
}

const REGISTRY_AUDIENCE = 'https://containerregistry.azure.net';

export function createRegistries(options: {
  world: World;
  identity: IdentityService;
  roles: RoleService;
  events: EventService;
}): Registries {
  const { world, identity, roles, events } = options;
  const registries = world.config.registries.map((config) => openRegistry({ world, events, config }));
  registries.forEach(sweep);
  const usersOf = ({ name }: Registry) =>
    openUsers({ store: world.store, registry: name, now: () => world.clock.now() });
  const tokensOf = ({ loginServer }: Registry) => createTokens({ world, tenant: world.config.tenant, loginServer });
  /** Now: roles and the mode of the registry change. */
  const rightsOf = (registry: Registry, objectId: string): Rights =>
    roleRights(roles, { objectId, registryId: registry.id, mode: roleAssignmentMode(settingsOf(world, registry)) });
  const nameOf = (objectId: string): string =>
    world.config.principals.find((each) => each.objectId === objectId)?.name ?? objectId;
  const operations = openOperations<ImportWork>({ ...world, collection: 'registry.imports' });
  const imports = createImportRunner({ world, registries, operations });
  const armAudiences = [`https://localhost:${world.config.ports.arm}`, 'https://management.azure.com'];
  const named = (what: string, matches: (registry: Registry) => boolean): Registry => {
    const registry = registries.find(matches);
    if (registry) return registry;
    throw new Error(
      `there is no registry ${what}; there are: ${registries.map(({ name, loginServer }) => `${name} (${loginServer})`).join(', ')}`,
    );
  };

  return {
    loginServers: () => registries.map(({ loginServer }) => loginServer),
    isByRepository(loginServer) {
      const registry = named(loginServer, (each) => each.loginServer === loginServer);
      return roleAssignmentMode(settingsOf(world, registry)) === 'AbacRepositoryPermissions';
    },
    login(loginServer) {
      const registry = named(loginServer, (each) => each.loginServer === loginServer);
      const rights = withCatalog(onEveryRepository(['pull', 'push', 'delete', 'metadata_read']));
      return { username: TOKEN_USER, password: tokensOf(registry).refresh(TOKEN_USER, rights) };
    },
    loginAs(loginServer, objectId) {
      const registry = named(loginServer, (each) => each.loginServer === loginServer);
      const rights = rightsOf(registry, objectId);
      if (rights.length === 0) world.log('roles', `REFUSED ${nameOf(objectId)} any token of ${registry.id}`);
      return { username: TOKEN_USER, password: tokensOf(registry).refresh(objectId, rights) };
    },
    digestOf({ loginServer, repository, tag }) {
      const registry = registries.find((each) => each.loginServer === loginServer);
      return registry?.images.tag(repository, tag)?.digest;
    },
    addArmRoutes(arm) {
      addRegistryRoutes(arm, { world, registries, usersOf });
      addAdminCredentialRoutes(arm, { registries, usersOf });
      addScopeMapRoutes(arm, { registries, usersOf });
      addTokenResourceRoutes(arm, { world, registries, usersOf });
      addImportRoutes(arm, { registries, imports, rightsOf });
    },
    dataPlane(registryName) {
      const registry = named(registryName, ({ name }) => name === registryName);
      return createDataPlane({
        registry,
        users: usersOf(registry),
        tokens: tokensOf(registry),
        identity,
        rightsOf: (objectId) => rightsOf(registry, objectId),
        audiences: () => [REGISTRY_AUDIENCE, ...(acceptsArmTokens(settingsOf(world, registry)) ? armAudiences : [])],
      });
    },
    start: () => imports.resume(),
    stop: () => imports.stop(),
  };
}
