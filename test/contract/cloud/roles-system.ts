/** Resource Manager, a vault, two registries and Event Grid with the one role table in front: an owner who assigns, and a worker who has no role yet. */
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ContainerRegistryClient } from '@azure/container-registry';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { createArm } from '../../../local/cloud/arm.ts';
import { createEvents } from '../../../local/cloud/events/events.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRegistries, type Registries } from '../../../local/cloud/registry/registries.ts';
import { addResourceRoutes } from '../../../local/cloud/resources.ts';
import { guidOfRole, type BuiltInRole } from '../../../local/cloud/roles/definitions.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import type { Vault } from '../../../local/cloud/vault/vault.ts';
import { createVaults, type Vaults } from '../../../local/cloud/vault/vaults.ts';
import type { ConfiguredPrincipal, IdentityService, World } from '../../../local/cloud/world.ts';
import { trust } from '../../../local/trust.ts';
import { credentialOf, freePort, openTestWorld, vaultUrl } from './services.ts';

export const owner: ConfiguredPrincipal = {
  name: 'owner',
  objectId: 'aaaaaaaa-0000-4000-8000-000000000001',
  clientId: 'aaaaaaaa-0000-4000-8000-000000000002',
  identityHeader: 'the-identity-header-of-the-owner',
  owner: true,
};
export const worker: ConfiguredPrincipal = {
  name: 'worker',
  objectId: 'bbbbbbbb-0000-4000-8000-000000000001',
  clientId: 'bbbbbbbb-0000-4000-8000-000000000002',
  identityHeader: 'the-identity-header-of-the-worker',
};

export interface Answer {
  status: number;
  body: { error?: { code: string; message: string }; value?: Record<string, unknown>[] } & Record<string, unknown>;
}

export interface RolesSystem {
  world: World;
  identity: IdentityService;
  /** Two, of which tests that need one have `vault`. */
  vaults: Vaults;
  vault: Vault;
  otherVault: Vault;
  registries: Registries;
  /** What services logged: `service: message`. */
  logged: string[];
  subscription: string;
  scopes: Record<'group' | 'vault' | 'base' | 'team', string>;
  loginServer(name: 'base' | 'team'): string;
  /** `path` begins with `/subscriptions`. */
  arm(as: ConfiguredPrincipal, method: string, path: string, body?: object): Promise<Answer>;
  /** As the owner; answers the id of the assignment. */
  assign(role: BuiltInRole | { guid: string }, scope: string, condition?: string): Promise<string>;
  /** As the owner. */
  unassign(id: string): Promise<void>;
  /** Clients of the worker. */
  secrets: SecretClient;
  otherSecrets: SecretClient;
  keys: KeyClient;
  acr(name: 'base' | 'team'): ContainerRegistryClient;
  management: ContainerRegistryManagementClient;
  /** Status of publishing one event to a topic, as the worker. */
  publish(topic: string): Promise<Answer>;
  close(): Promise<void>;
}

const GROUP = 'Contract-RG';
const NAMES = { base: 'basereg', team: 'teamreg' };

export async function openRolesSystem(): Promise<RolesSystem> {
  const opened = await openTestWorld();
  const ports = { base: await freePort(), team: await freePort() };
  const world: World = {
    ...opened.world,
    config: {
      ...opened.world.config,
      principals: [owner, worker],
      vaults: [
        { name: 'contractvault', resourceGroup: GROUP, port: await freePort() },
        { name: 'othervault', resourceGroup: GROUP, port: await freePort() },
      ],
      registries: [
        { name: NAMES.base, resourceGroup: GROUP, port: ports.base },
        { name: NAMES.team, resourceGroup: GROUP, port: ports.team },
      ],
    },
  };
  trust(world.tls.caFile);
  const { config } = world;
  const identity = createIdentity({ world });
  const roles = createRoles({ world });
  const vaults = createVaults({ world, identity, roles });
  const events = createEvents({ world, identity, roles });
  const registries = createRegistries({ world, identity, roles, events: { publish: () => {} } });
  const armApp = createArm({ world, identity, roles });
  for (const service of [roles, vaults, events, registries]) service.addArmRoutes(armApp);
  addResourceRoutes(armApp, world);
  armApp.get('/subscriptions/:subscription/providers/microsoft.containerinstance/containergroups', (c) =>
    c.json({ value: [] }),
  );
  await opened.listen(armApp, { port: config.ports.arm });
  for (const { app, port } of vaults.all) await opened.listen(app, { port });
  await opened.listen(events.topics, { port: config.ports.events });
  for (const name of ['base', 'team'] as const) {
    await opened.listen(registries.dataPlane(NAMES[name]), { port: ports[name] });
  }
  registries.start();

  const subscription = `/subscriptions/${config.subscription}`;
  const group = `${subscription}/resourceGroups/${GROUP}`;
  const registry = (name: string) => `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
  const armUrl = `https://localhost:${config.ports.arm}`;
  const arm: RolesSystem['arm'] = async (as, method, path, body) => {
    const response = await fetch(new URL(path, armUrl), {
      method,
      headers: { authorization: `Bearer ${identity.issue(as, armUrl)}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  };
  const credential = credentialOf(identity, worker);
  const noRetries = { retryOptions: { maxRetries: 0 } };
  const secretsOptions = { ...noRetries, disableChallengeResourceVerification: true };

  return {
    ...{
      world,
      identity,
      registries,
      vaults,
      vault: vaults.named('contractvault'),
      otherVault: vaults.named('othervault'),
    },
    ...{ subscription, arm, logged: opened.logged },
    scopes: {
      group,
      vault: `${group}/providers/Microsoft.KeyVault/vaults/contractvault`,
      base: registry(NAMES.base),
      team: registry(NAMES.team),
    },
    loginServer: (name) => `localhost:${ports[name]}`,
    async assign(role, scope, condition) {
      const guid = typeof role === 'string' ? guidOfRole(role) : role.guid;
      const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`;
      const properties = {
        roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
        principalId: worker.objectId,
        principalType: 'ServicePrincipal',
        ...(condition === undefined ? {} : { condition, conditionVersion: '2.0' }),
      };
      const { status, body } = await arm(owner, 'PUT', `${id}?api-version=2022-04-01`, { properties });
      if (status !== 201) throw new Error(`the assignment was answered ${status}: ${JSON.stringify(body)}`);
      return id;
    },
    async unassign(id) {
      const { status } = await arm(owner, 'DELETE', `${id}?api-version=2022-04-01`);
      if (status !== 200) throw new Error(`the end of an assignment was answered ${status}`);
    },
    secrets: new SecretClient(vaultUrl(config), credential, secretsOptions),
    otherSecrets: new SecretClient(vaults.named('othervault').url, credential, secretsOptions),
    keys: new KeyClient(vaultUrl(config), credential, secretsOptions),
    acr: (name) => new ContainerRegistryClient(`https://localhost:${ports[name]}`, credential, noRetries),
    management: new ContainerRegistryManagementClient(credential, config.subscription, {
      endpoint: armUrl,
      ...noRetries,
    }),
    async publish(topic) {
      const event = { specversion: '1.0', id: '1', source: '/test', type: 'promoted' };
      const response = await fetch(`https://localhost:${config.ports.events}/${topic}/api/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${identity.issue(worker, 'https://eventgrid.azure.net')}` },
        body: JSON.stringify([event]),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
    },
    async close() {
      await registries.stop();
      await events.stop();
      await opened.close();
    },
  };
}

/** The refusal of an SDK's call, or what it answered. */
export const outcomeOf = <T>(call: Promise<T>): Promise<unknown> =>
  call.then(
    (value: T) => value,
    (error: unknown) => error,
  );
