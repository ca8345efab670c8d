/** Calls that somebody may or may not make in the estate, each through the SDK that the service has, and how a refusal reads. */
import { randomUUID } from 'node:crypto';
import { identities, location, pullIdentityId, subscription, type RegistryRole } from '../../../../local/azure.ts';
import { outcomeOf } from '../../cloud/roles-system.ts';
import { GROUP, REPOSITORY, TAG, TOPIC, type Clients, type Estate } from './estate.ts';

/** As the identity whose clients these are. */
export type Call = (clients: Clients, estate: Estate) => Promise<unknown>;

export const pull =
  (role: RegistryRole): Call =>
  ({ content }) =>
    content(role).getManifest(TAG);

export const moveTag =
  (role: RegistryRole, tag: string): Call =>
  async ({ content }, estate) => {
    const promoted = await estate.as('app').content('base').getManifest(TAG);
    return content(role).setManifest(promoted.content, { tag });
  };

export const importInto =
  (role: RegistryRole): Call =>
  ({ registries: { registries } }, estate) =>
    registries.beginImportImage(GROUP, estate.registries[role].name, {
      source: { resourceId: estate.registries.quarantine.id, sourceImage: `${REPOSITORY}:${TAG}` },
      targetTags: [`${REPOSITORY}:imported`],
    });

const nothing = { encodedTaskContent: Buffer.from('steps: []').toString('base64'), platform: { os: 'Linux' } };

export const scheduleIn =
  (role: RegistryRole): Call =>
  ({ registries: { registries } }, estate) =>
    registries.beginScheduleRun(GROUP, estate.registries[role].name, { type: 'EncodedTaskRunRequest', ...nothing });

export const newTask: Call = ({ registries: { tasks } }, estate) => {
  const { encodedTaskContent, platform } = nothing;
  const step = { type: 'EncodedTask' as const, encodedTaskContent };
  return tasks.beginCreate(GROUP, estate.registries.team.name, 'of-the-app', { location, platform, step });
};

/** `identity`: that it pulls with. */
export const putGroup =
  (resourceGroup: string, identity = pullIdentityId): Call =>
  ({ groups }, { registries }) => {
    const { host } = registries.team;
    const resources = { requests: { cpu: 0.5, memoryInGB: 0.5 } };
    return groups.beginCreateOrUpdate(resourceGroup, 'hello-world', {
      ...{ location, osType: 'Linux' },
      identity: { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } },
      imageRegistryCredentials: [{ server: host, identity }],
      containers: [{ name: 'page', image: `${host}/${REPOSITORY}:${TAG}`, resources }],
    });
  };

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';

export const makeTheAppOwner =
  (scopeIn: (estate: Estate) => string): Call =>
  ({ arm }, estate) =>
    arm('PUT', `${scopeIn(estate)}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`, {
      properties: {
        roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${OWNER}`,
        principalId: identities.app.objectId,
      },
    });

export const publish: Call = ({ topic }) => topic(TOPIC).send([{ type: 'promoted', source: '/gates/node', data: {} }]);

export const writeBlob =
  (container: string): Call =>
  ({ blobs }) =>
    blobs.getContainerClient(container).getBlockBlobClient('a.json').upload('[]', 2);

/** As the host does at its start. */
export const makeQueue =
  (account: string): Call =>
  ({ makeQueue: make }) =>
    make(account, 'gatedimport-workitems');

/** Into the account of the policy. */
export const writePolicyBlob =
  (container: string): Call =>
  ({ policyBlobs }) =>
    policyBlobs.getContainerClient(container).getBlockBlobClient('policy.json').upload('{}', 2);

export const readPolicyBlob =
  (container: string): Call =>
  ({ policyBlobs }) =>
    policyBlobs.getContainerClient(container).getBlockBlobClient('policy.json').download();

/** Status and code of what a client throws; each SDK puts the code elsewhere. What is not refused has neither. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<[status: number | undefined, code: string | undefined]> {
  const { statusCode, code, details } = (await outcomeOf(call)) as {
    statusCode?: number;
    code?: string;
    details?: { odataError?: { code: string }; errors?: { code: string }[] };
  };
  return [statusCode, details?.errors?.[0]?.code ?? details?.odataError?.code ?? code];
}
