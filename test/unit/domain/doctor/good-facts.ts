/** Facts in which everything is right, and ways to change one of them. */
import { builtInRoles as emulated } from '../../../../local/cloud/roles/definitions.ts';
import type { Facts, Registry, Subscription, Task, Vault } from '../../../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../../../shared/domain/doctor/finding.ts';
import { builtInRoles, customRoles, grants } from '../../../../shared/domain/doctor/role-map.ts';
import type { Assignment, Place, RoleDefinition } from '../../../../shared/domain/doctor/roles.ts';
import { host, parseReference } from '../../../../shared/domain/reference.ts';
import { GROUP, valid } from '../policy-fixture.ts';

export const SUBSCRIPTION = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const resource = (type: string, name: string) => `${SUBSCRIPTION}/resourceGroups/gated-rg/providers/${type}/${name}`;
export const registryId = (name: string): string => resource('Microsoft.ContainerRegistry/registries', name);
export const VAULT = resource('Microsoft.KeyVault/vaults', 'contoso');
export const TOPIC = resource('Microsoft.EventGrid/topics', 'announcements');
export const STORAGE = resource('Microsoft.Storage/storageAccounts', 'contoso');
export const CONTAINER = `${resource('Microsoft.Storage/storageAccounts', 'policies')}/blobServices/default/containers/policy`;
export const INSIGHTS = resource('Microsoft.Insights/components', 'gated-import');
export const PULL = resource('Microsoft.ManagedIdentity/userAssignedIdentities', 'gated-import-pull');
export const APP = resource('Microsoft.Web/sites', 'gated-import');
export const DIGEST = `sha256:${'a'.repeat(64)}`;

export const seen = <T>(value: T): Seen<T> => ({ kind: 'seen', value });
export const ABSENT = { kind: 'absent' } as const;

/** As Azure has them: built-in ones as the emulated Azure knows them, our own with the environment in their names. */
export const definitions: RoleDefinition[] = [
  ...emulated.map(({ guid, name, permissions }) => ({ guid, name, ...permissions })),
  ...customRoles.map(({ name, actions, dataActions }) => ({
    guid: `guid of ${name}`,
    name: `${name} (walkthrough)`,
    actions,
    dataActions,
    notActions: [],
    notDataActions: [],
  })),
];

export function roleNamed(role: string): RoleDefinition {
  const found = definitions.find(({ guid, name }) => guid === builtInRoles[role] || name.startsWith(role));
  if (!found) throw new Error(`there is no role "${role}"`);
  return found;
}

export const assigned = (role: string, scope: string, condition?: string): Assignment => ({
  id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${role}`,
  scope,
  role: roleNamed(role),
  ...(condition === undefined ? {} : { condition }),
});

const POLICY = valid({
  gates: {
    '    soak: 3d\n':
      '    soak: 3d\nupstreams:\n  public.example.com: { username: us, password: "${secret:upstream}" }\n',
  },
  group: {
    'properties:\n': `identity: { type: UserAssigned, userAssignedIdentities: { ${PULL}: {} } }\nproperties:\n  imageRegistryCredentials: [{ server: team.azurecr.io, identity: ${PULL} }]\n`,
  },
});
if (!GROUP.includes('properties:\n')) throw new Error('the group file of the fixture has changed');

const PLACES: [Place, string][] = [
  ['quarantine', registryId('quarantine')],
  ['baseByRepository', registryId('base')],
  ['teamByRepository', registryId('team')],
  ['apps', `${SUBSCRIPTION}/resourceGroups/web-rg`],
  ['pullIdentity', PULL],
  ['vault', VAULT],
  ['signingKey', `${VAULT}/keys/promotions`],
  ['announcements', TOPIC],
  ['storage', STORAGE],
  ['policy', CONTAINER],
  ['telemetry', INSIGHTS],
];
const given = (to: string): Assignment[] =>
  PLACES.flatMap(([place, scope]) =>
    grants[place].filter((grant) => grant.to === to).map(({ role }) => assigned(role, scope)),
  );

export const DEAD_LETTERS = `${STORAGE}/blobServices/default/containers/dead-letters`;
export const systemTopic = (registry: string): string =>
  resource('Microsoft.EventGrid/systemTopics', `${registry}-pushes`);

export const subscription = (registry: string): Subscription => ({
  id: `${systemTopic(registry)}/eventSubscriptions/gated-import`,
  name: 'gated-import',
  state: 'Succeeded',
  destination: { kind: 'AzureFunction', functionId: `${APP}/functions/onImagePushed` },
  eventTypes: ['Microsoft.ContainerRegistry.ImagePushed'],
  subjectBeginsWith: '',
  subjectEndsWith: '',
  advancedFilters: 0,
  deadLetters: { container: DEAD_LETTERS, asTopic: true },
});

export const task = (name: string, change: Partial<Task> = {}): Task => ({
  name,
  enabled: true,
  triggers: { baseImage: false, commits: true, timers: false },
  images: ['hello:{{.Run.ID}}'],
  pushes: true,
  objectId: 'oid-task',
  ...change,
});

const registry = (name: string, change: Partial<Registry> = {}): [string, Registry] => [
  `${name}.azurecr.io`,
  {
    id: registryId(name),
    name,
    host: host.parse(`${name}.azurecr.io`),
    byRepository: true,
    adminUser: false,
    anonymousPull: false,
    closed: false,
    letsAzureIn: true,
    tasks: seen([]),
    subscriptions: seen([subscription(name)]),
    topic: { id: systemTopic(name), name: `${name}-pushes`, objectId: 'oid-topic' },
    ...change,
  },
];

const WRITER = 'Container Registry Repository Writer';
export const holder = (objectId: string, role: string, condition?: string) => ({
  objectId,
  kind: 'ServicePrincipal',
  assignment: assigned(role, registryId('base'), condition),
});

export const VAULT_SEEN: Vault = {
  id: VAULT,
  url: 'https://contoso.vault.azure.net',
  secrets: { upstream: seen({ enabled: true }) },
  key: seen({ enabled: true, kind: 'EC', curve: 'P-256', operations: ['sign', 'verify'] }),
};

export function goodFacts(): Facts {
  return {
    subscription: SUBSCRIPTION,
    settings: { quarantine: host.parse('quarantine.azurecr.io'), signingKey: 'promotions' },
    policy: POLICY,
    app: seen({ id: 'app', objectId: 'oid-app' }),
    pulls: { [PULL]: seen({ id: PULL, objectId: 'oid-pull' }) },
    assignments: {
      'oid-app': seen(given('app')),
      'oid-pull': seen(given('pull')),
      'oid-topic': seen([assigned('Storage Blob Data Contributor', DEAD_LETTERS)]),
      'oid-task': seen([
        assigned('Container Registry Repository Reader', registryId('base')),
        assigned('Container Registry Repository Writer', registryId('team')),
      ]),
    },
    definitions: seen(definitions),
    registries: seen(
      Object.fromEntries([
        registry('quarantine', { byRepository: false, repositories: seen(['node/node', 'gated-import/runner']) }),
        registry('base', {
          softDeleteDays: 30,
          holders: seen([holder('oid-app', WRITER), holder('oid-task', 'Container Registry Repository Reader')]),
        }),
        registry('team', { softDeleteDays: 30, tasks: seen([task('hello-build')]) }),
      ]),
    ),
    vault: seen(VAULT_SEEN),
    topic: seen({ id: TOPIC }),
    storage: seen({ id: STORAGE }),
    policyContainer: seen({ id: CONTAINER }),
    telemetry: seen({ id: INSIGHTS }),
    groups: { web: seen({ images: [`team.azurecr.io/hello@${DIGEST}`] }) },
    resourceGroups: { 'web-rg': seen({}) },
    upstreams: { node: { kind: 'at' } },
    tools: [
      {
        named: 'RUNNER_IMAGE',
        image: parseReference(`quarantine.azurecr.io/gated-import/runner@${DIGEST}`),
        answer: { kind: 'at' },
      },
    ],
    health: seen({ wrong: [] }),
    functionApp: { id: APP, url: 'https://gated-import.azurewebsites.net' },
  };
}

/** With one registry changed. */
export function withRegistry(name: string, change: Partial<Registry>): Facts {
  const facts = goodFacts();
  if (facts.registries.kind !== 'seen') throw new Error('the registries of the fixture are seen');
  const at = `${name}.azurecr.io`;
  const before = facts.registries.value[at];
  if (!before) throw new Error(`the fixture has no registry ${name}`);
  return { ...facts, registries: seen({ ...facts.registries.value, [at]: { ...before, ...change } }) };
}

/** With the assignments of one identity changed. */
export function withAssignments(objectId: string, change: (assignments: Assignment[]) => Assignment[]): Facts {
  const facts = goodFacts();
  const held = facts.assignments[objectId];
  if (held?.kind !== 'seen') throw new Error(`the assignments of ${objectId} are seen in the fixture`);
  return { ...facts, assignments: { ...facts.assignments, [objectId]: seen(change(held.value)) } };
}

export const without =
  (role: string, scope: string) =>
  (assignments: Assignment[]): Assignment[] =>
    assignments.filter((each) => each.scope !== scope || each.role !== roleNamed(role));
