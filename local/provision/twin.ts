/**
 * The *before* of the walkthrough: the same page, built on the public image as it comes. Its task follows that image by itself, and its
 * container group runs what the task has built; nothing is checked on the way.
 */
import { inResourceGroup, location, pullIdentityId, registriesOf, subscription, vaultId, vaultUrl } from '../azure.ts';
import { stableGuid } from '../cloud/roles/guid.ts';
import type { Instance } from '../instance.ts';
import type { Resource } from './declared.ts';

export const TWIN = 'hello-world-before';

/** What the key vault has for reading the public registry. */
const UPSTREAM_LOGIN = { userName: 'public-registry-user', password: 'public-registry-password' };

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const REPOSITORY_WRITER = '2a1e307c-b015-4ebd-883e-5b7698a07328';
const KEY_VAULT_SECRETS_USER = '4633458b-17de-408a-b874-0445c86b69e6';

export function twinTask(instance: Instance, { repositories }: { repositories: string }): Resource {
  const { team, public: upstream } = registriesOf(instance);
  const secret = (name: string) => ({ type: 'Vaultsecret', value: `${vaultUrl(instance)}/secrets/${name}` });
  return {
    path: `${team.id}/tasks/${TWIN}`,
    // The first that knows `sourceRegistry.identity`.
    apiVersion: '2025-03-01-preview',
    body: {
      location,
      identity: { type: 'SystemAssigned' },
      properties: {
        status: 'Enabled',
        platform: { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch },
        timeout: 600,
        step: {
          type: 'Docker',
          contextPath: `file://${repositories}/hello-world#main`,
          dockerFilePath: 'Dockerfile',
          imageNames: [`${TWIN}:{{.Run.ID}}`],
          isPushEnabled: true,
          arguments: [{ name: 'BASE_IMAGE', value: `${upstream.host}/node:15-alpine`, isSecret: false }],
        },
        trigger: { baseImageTrigger: { name: 'base-image', status: 'Enabled', baseImageTriggerType: 'Runtime' } },
        credentials: {
          sourceRegistry: { identity: '[system]' },
          customRegistries: {
            [upstream.host]: {
              userName: secret(UPSTREAM_LOGIN.userName),
              password: secret(UPSTREAM_LOGIN.password),
              identity: '[system]',
            },
          },
        },
      },
    },
  };
}

/** What the identity of its task may do: push what it builds, and read the login. */
export function twinRoles(instance: Instance, { principalId }: { principalId: string }): Resource[] {
  const assigned = (scope: string, role: string): Resource => ({
    path: `${scope}/providers/Microsoft.Authorization/roleAssignments/${stableGuid(`${TWIN} ${scope}`)}`,
    apiVersion: '2022-04-01',
    body: {
      properties: {
        roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        ...{ principalId, principalType: 'ServicePrincipal' },
      },
    },
  });
  return [
    assigned(registriesOf(instance).team.id, REPOSITORY_WRITER),
    ...Object.values(UPSTREAM_LOGIN).map((name) => assigned(`${vaultId}/secrets/${name}`, KEY_VAULT_SECRETS_USER)),
  ];
}

/** What a team would send with `az container create`, after each build. */
export function twinGroup(instance: Instance, options: { resourceGroup: string; tag: string }): Resource {
  const { host } = registriesOf(instance).team;
  return {
    path: inResourceGroup(options.resourceGroup, 'Microsoft.ContainerInstance/containerGroups', TWIN),
    apiVersion: '2023-05-01',
    body: {
      location,
      identity: { type: 'UserAssigned', userAssignedIdentities: { [pullIdentityId]: {} } },
      properties: {
        osType: 'Linux',
        restartPolicy: 'Always',
        ipAddress: { type: 'Public', ports: [{ protocol: 'TCP', port: 80 }] },
        imageRegistryCredentials: [{ server: host, identity: pullIdentityId }],
        containers: [
          {
            name: 'page',
            properties: {
              image: `${host}/${TWIN}:${options.tag}`,
              ports: [{ protocol: 'TCP', port: 80 }],
              environmentVariables: [{ name: 'GREETING', value: 'Hello, world, without a gate' }],
              resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } },
            },
          },
        ],
      },
    },
  };
}
