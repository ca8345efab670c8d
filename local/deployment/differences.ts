/**
 * Everything in which the local system is another one than the walkthrough's snapshots say, each with its reason. What is not in here is put as
 * Azure would be asked for it.
 */
import { pathToFileURL } from 'node:url';
import { gitTokenId, identities, resourceGroup, subscription, vaultId } from '../azure.ts';
import { guidOfRole, type BuiltInRole } from '../cloud/roles/definitions.ts';
import { stableGuid } from '../cloud/roles/guid.ts';
import type { Deployable } from './counterparts.ts';

export interface Here {
  /** Folder of the git repositories. */
  repositories: string;
}

/** The secure parameters of the first stage. */
export const parametersHere = {
  walkthroughSecrets: {
    // The repositories are folders of this machine.
    gitToken: 'none',
    greeting: 'Hello, world',
  },
};

/**
 * What whoever deploys needs beside the role Owner, which opens no data: it keeps the logins of a person at this machine in the key vault and reads
 * them there, and a person looks at images with its identity. The git token is read by whoever deploys; in Azure by Resource Manager.
 */
export const ofWhoDeploys: Deployable[] = [
  whoDeploys(vaultId, 'Key Vault Secrets Officer'),
  whoDeploys(gitTokenId, 'Key Vault Secrets User'),
  whoDeploys(
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`,
    'Container Registry Repository Reader',
    'Container Registry Repository Catalog Lister',
  ),
].flat();

function whoDeploys(scope: string, ...roles: BuiltInRole[]): Deployable[] {
  return roles.map((role) => ({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${stableGuid(`who deploys ${scope} ${role}`)}`,
    type: 'Microsoft.Authorization/roleAssignments',
    apiVersion: '2022-04-01',
    properties: {
      principalId: identities.provisioner.objectId,
      principalType: 'ServicePrincipal',
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guidOfRole(role)}`,
    },
  }));
}

export function asHere(resource: Deployable, { repositories }: Here): Deployable {
  switch (resource.type) {
    case 'Microsoft.ContainerRegistry/registries':
      // Deleted manifests cannot be got back here.
      return merged(resource, { properties: { policies: { softDeletePolicy: { status: 'disabled' } } } });
    case 'Microsoft.Storage/storageAccounts/blobServices':
      // Azurite keeps none: what was in force before is looked up where the policy is edited.
      return merged(resource, { properties: { isVersioningEnabled: false } });
    case 'Microsoft.ContainerRegistry/registries/tasks':
      // Runs are of this machine; and nobody wants to be woken by a schedule at night.
      return inFolders(
        merged(resource, {
          properties: {
            platform: { architecture: machine },
            trigger: { timerTriggers: [] },
          },
        }),
        repositories,
      );
    default:
      return resource;
  }
}

const machine = process.arch === 'x64' ? 'amd64' : process.arch;

/** The repositories of the walkthrough are folders of this machine, and not at GitHub. */
const inFolders = (resource: Deployable, folder: string): Deployable =>
  JSON.parse(
    JSON.stringify(resource).replace(
      /https:\/\/github\.com\/contoso\/([\w-]+)\.git/g,
      (_, name: string) => `${pathToFileURL(folder).href}/${name}`,
    ),
  ) as Deployable;

const merged = <T extends object>(value: T, change: object): T => ({
  ...value,
  ...Object.fromEntries(
    Object.entries(change).map(([name, wanted]: [string, unknown]) => {
      const before: unknown = Reflect.get(value, name);
      return [name, isObject(wanted) && isObject(before) ? merged(before, wanted) : wanted];
    }),
  ),
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
