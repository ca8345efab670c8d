/** Two registries of the emulated Azure, alone, and every kind of client for them. */
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry';
import { createArm } from '../../../local/cloud/arm.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRegistries, type Registries } from '../../../local/cloud/registry/registries.ts';
import type { CloudEvent, IdentityService, World } from '../../../local/cloud/world.ts';
import { createRoles, type Roles } from '../../../local/cloud/roles/roles.ts';
import { trust } from '../../../local/trust.ts';
import { app, credentialOf, freePort, openTestWorld, type TestWorld } from './services.ts';

/** The registries of the fixture. `base` and `team` are their names in tests; a name in Azure has five letters at least. */
export const REGISTRY = { base: 'basereg', team: 'teamreg' } as const;
export type RegistryName = keyof typeof REGISTRY;

export interface RegistryFixture {
  world: World;
  identity: IdentityService;
  roles: Roles;
  registries: Registries;
  /** In the order they were published. */
  events: CloudEvent[];
  armUrl: string;
  arm: ContainerRegistryManagementClient;
  loginServer(name: RegistryName): string;
  resourceId(name: RegistryName): string;
  acr(name: RegistryName): ContainerRegistryClient;
  content(name: RegistryName, repository: string): ContainerRegistryContentClient;
  /** A plain request to the data plane, with the login of the cloud's own services or another, or none. */
  call(name: RegistryName, path: string, options?: RequestInit & { as?: Login | 'nobody' }): Promise<Response>;
  /** A plain request to the management plane, as the app. */
  callArm(path: string, options?: RequestInit): Promise<Response>;
  /** The same state, as a cloud finds it that was killed; on other ports. Close only the last one. */
  restart(): Promise<RegistryFixture>;
  close(): Promise<void>;
}

export interface Login {
  username: string;
  password: string;
}

export const resourceGroup = 'registries-rg';

export const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

export async function startRegistries(): Promise<RegistryFixture> {
  const opened = await openTestWorld();
  trust(opened.world.tls.caFile);
  return serve(opened, opened.world);
}

async function serve(opened: TestWorld, state: World): Promise<RegistryFixture> {
  const ports = { ...state.config.ports, arm: await freePort() };
  const configured = [
    { name: REGISTRY.base, resourceGroup, port: await freePort() },
    { name: REGISTRY.team, resourceGroup, port: await freePort() },
  ];
  const world = { ...state, config: { ...state.config, ports, registries: configured } };
  const events: CloudEvent[] = [];
  const identity = createIdentity({ world });
  const roles = createRoles({ world });
  const publish = (event: CloudEvent) => void events.push(event);
  const registries = createRegistries({ world, identity, roles, events: { publish } });
  const armApp = createArm({ world, identity, roles });
  roles.addArmRoutes(armApp);
  registries.addArmRoutes(armApp);
  await opened.listen(armApp, { port: ports.arm });
  for (const { name, port } of configured) await opened.listen(registries.dataPlane(name), { port });
  registries.start();

  const credential = credentialOf(identity, app);
  const armUrl = `https://localhost:${ports.arm}`;
  const noRetries = { retryOptions: { maxRetries: 0 } };
  const loginServer = (name: RegistryName) =>
    `localhost:${configured.find((each) => each.name === REGISTRY[name])?.port}`;
  const { subscription } = world.config;

  return {
    world,
    identity,
    roles,
    registries,
    events,
    armUrl,
    arm: new ContainerRegistryManagementClient(credential, subscription, { endpoint: armUrl, ...noRetries }),
    loginServer,
    resourceId: (name) =>
      `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY[name]}`,
    acr: (name) => new ContainerRegistryClient(`https://${loginServer(name)}`, credential, noRetries),
    content: (name, repository) =>
      new ContainerRegistryContentClient(`https://${loginServer(name)}`, repository, credential, noRetries),
    call(name, path, { as = registries.login(loginServer(name)), ...init } = {}) {
      const headers = new Headers(init.headers);
      if (as !== 'nobody' && !headers.has('authorization')) headers.set('authorization', basic(as));
      return fetch(new URL(path, `https://${loginServer(name)}`), { ...init, headers });
    },
    callArm(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${identity.issue(app, armUrl)}`);
      return fetch(new URL(path, armUrl), { ...init, headers });
    },
    async restart() {
      await registries.stop();
      return serve(opened, opened.again());
    },
    async close() {
      await registries.stop();
      await opened.close();
    },
  };
}
