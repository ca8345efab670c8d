/** What the templates make: a topic, a task, subscriptions, a key, the roles of our own, and every role of the map. */
import { createHash } from 'node:crypto';
import { guidOfRole, type BuiltInRole } from '../../../local/cloud/roles/definitions.ts';
import { builtInRoles, customRoles, grants } from '../../../shared/domain/doctor/role-map.ts';
import type { CustomRole, Place } from '../../../shared/domain/doctor/roles.ts';
import type { Webhook } from '../cloud/events-webhook.ts';
import { eventually } from '../cloud/services.ts';
import type { DoctorSystem } from './doctor-system.ts';

type Ids = Pick<DoctorSystem['ids'], 'subscription'>;

interface Provisioning extends Pick<DoctorSystem, 'arm' | 'vault' | 'ids' | 'people'> {
  webhook: Webhook;
}

export async function provision({ arm, vault, ids, people, webhook }: Provisioning): Promise<void> {
  await arm('PUT', ids.apps, { location: 'westeurope' });
  for (const id of [ids.app, ids.pull]) await arm('PUT', id, { location: 'westeurope' });
  await arm('PUT', ids.topic, { location: 'westeurope', properties: { inputSchema: 'CloudEventSchemaV1_0' } });
  await arm('PUT', `${ids.team}/tasks/hello-build`, { location: 'westeurope', properties: BUILD });
  const listening: Listening = { arm, ids, webhook: webhook.url };
  for (const role of ['Key Vault Secrets Officer', 'Key Vault Crypto Officer'])
    await assign(arm, ids, { scope: ids.vault, role, to: people.owner });
  await vault('POST', '/keys/promotions/create', { kty: 'EC', crv: 'P-256', key_ops: ['sign', 'verify'] });

  for (const role of customRoles) await putRole(arm, ids, role);
  for (const name of ['public', 'team'] as const) {
    const topic = await putTopic(listening, name);
    await assign(arm, ids, { scope: deadLetters(ids), role: 'Storage Blob Data Contributor', to: topic });
    await subscribe(listening, name);
  }
  const places: [Place, string][] = [
    ['quarantine', ids.quarantine],
    ['base', ids.base],
    ['team', ids.team],
    ['apps', ids.apps],
    ['pullIdentity', ids.pull],
    ['vault', ids.vault],
    ['signingKey', `${ids.vault}/keys/promotions`],
    ['announcements', ids.topic],
    ['storage', ids.storage],
    ['policy', ids.policy],
  ];
  for (const [place, scope] of places) {
    for (const { to, role } of grants[place]) await assign(arm, ids, { scope, role, to: people[to as 'app' | 'pull'] });
  }
  const reads: [BuiltInRole, string][] = [
    ['Reader', ids.subscription],
    ['Key Vault Secrets User', ids.vault],
    ['AcrPull', ids.quarantine],
  ];
  for (const [role, scope] of reads) await assign(arm, ids, { scope, role, to: people.reader });
}

export const BUILD = {
  status: 'Enabled',
  platform: { os: 'linux', architecture: 'amd64' },
  step: {
    type: 'Docker',
    contextPath: 'https://github.com/contoso/hello#main',
    dockerFilePath: 'Dockerfile',
    imageNames: ['hello:{{.Run.ID}}'],
    isPushEnabled: true,
  },
  trigger: {},
};

export interface Listening extends Pick<DoctorSystem, 'arm' | 'ids'> {
  /** Where the app is woken. */
  webhook: string;
}
type Told = 'public' | 'team';

export const deadLetters = ({ storage }: DoctorSystem['ids']): string =>
  `${storage}/blobServices/default/containers/dead-letters`;

/** Of a registry, named as the templates name it. */
export const topicId = (ids: DoctorSystem['ids'], name: Told): string =>
  `${ids.topic.replace(/\/topics\/.*$/, '')}/systemTopics/${name}-pushes`;

export async function putTopic(
  { arm, ids }: Pick<Listening, 'arm' | 'ids'>,
  name: Told,
  identity: object = { type: 'SystemAssigned' },
): Promise<{ objectId: string }> {
  const properties = { source: ids[name], topicType: 'Microsoft.ContainerRegistry.Registries' };
  const body = { location: 'westeurope', identity, properties };
  const put = (await arm('PUT', topicId(ids, name), body)) as { identity: { principalId: string } | null };
  return { objectId: put.identity?.principalId ?? '' };
}

export const subscriptionId = (ids: DoctorSystem['ids'], name: Told): string =>
  `${topicId(ids, name)}/eventSubscriptions/gated-import-doctor`;

export async function subscribe({ arm, ids, webhook }: Listening, name: Told, change: object = {}): Promise<void> {
  const id = subscriptionId(ids, name);
  const deadLetterDestination = {
    endpointType: 'StorageBlob',
    properties: { resourceId: ids.storage, blobContainerName: 'dead-letters' },
  };
  await arm('PUT', id, {
    properties: {
      destination: { endpointType: 'WebHook', properties: { endpointUrl: webhook } },
      filter: { includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'] },
      eventDeliverySchema: 'EventGridSchema',
      deadLetterWithResourceIdentity: { identity: { type: 'SystemAssigned' }, deadLetterDestination },
      ...change,
    },
  });
  await eventually(async () => {
    const { properties: state } = (await arm('GET', id)) as { properties: { provisioningState: string } };
    return state.provisioningState === 'Succeeded' ? true : undefined;
  });
}

export const putRole = (arm: DoctorSystem['arm'], ids: Ids, role: CustomRole): Promise<unknown> =>
  arm('PUT', roleId(ids, role.name), {
    properties: {
      roleName: `${role.name} (doctor)`,
      description: role.description,
      permissions: [{ actions: role.actions, dataActions: role.dataActions }],
      assignableScopes: [ids.subscription],
    },
  });

export interface Given {
  scope: string;
  role: string;
  to: { objectId: string };
}

export const assign = (arm: DoctorSystem['arm'], ids: Ids, given: Given): Promise<unknown> =>
  arm('PUT', assignmentId(given), {
    properties: {
      roleDefinitionId: roleId(ids, given.role),
      principalId: given.to.objectId,
      principalType: 'ServicePrincipal',
    },
  });

export const assignmentId = ({ scope, role, to }: Given): string =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(`${scope} ${to.objectId} ${role}`)}`;

/** Whoever assigned it, and under whatever id. */
export async function takeAway({ arm }: Pick<DoctorSystem, 'arm'>, { scope, role, to }: Given): Promise<void> {
  const listed = (await arm('GET', `${scope}/providers/Microsoft.Authorization/roleAssignments`)) as {
    value: { id: string; properties: { scope: string; principalId: string; roleDefinitionId: string } }[];
  };
  const given = listed.value.filter(
    ({ properties: { scope: at, principalId, roleDefinitionId } }) =>
      at === scope && principalId === to.objectId && roleDefinitionId.endsWith(guidOf(role)),
  );
  for (const { id } of given) await arm('DELETE', id);
}

const roleId = ({ subscription }: Ids, role: string): string =>
  `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guidOf(role)}`;

function guidOf(role: string): string {
  if (customRoles.some(({ name }) => name === role)) return guid(role);
  return builtInRoles[role] ?? guidOfRole(role as BuiltInRole);
}

function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
