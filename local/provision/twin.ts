/**
 * The *before* of the walkthrough: the same page, built on the public image as it comes. Its task follows that image by itself, and its
 * container group runs what the task has built; nothing is checked on the way.
 */
import { inResourceGroup, location, pullIdentityId, registriesOf, vaultUrl } from '../azure.ts';
import type { Instance } from '../instance.ts';
import type { Resource } from './declared.ts';
import { dockerTask } from './docker-task.ts';

export const TWIN = 'hello-world-before';

/** Reads the public registry with the login that the key vault has for it. */
export function twinTask(instance: Instance, { repositories }: { repositories: string }): Resource {
  const registries = registriesOf(instance);
  const secret = (name: string) => ({ type: 'Vaultsecret', value: `${vaultUrl(instance)}/secrets/${name}` });
  return dockerTask({
    registry: registries.team,
    name: TWIN,
    repository: `${repositories}/hello-world`,
    image: `${TWIN}:{{.Run.ID}}`,
    arguments: { BASE_IMAGE: `${registries.public.host}/node:15-alpine` },
    startedBy: { baseImage: true },
    logins: {
      [registries.public.host]: {
        userName: secret('public-registry-user'),
        password: secret('public-registry-password'),
        identity: '[system]',
      },
    },
  });
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
