/** Who may do what in Azure: exactly this, in all examples, and the same as on the emulated Azure. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInRoles } from '../../../local/cloud/roles/definitions.ts';
import { identities } from '../../../local/azure.ts';
import { openInstance, type Instance } from '../../../local/instance.ts';
import { roles as localRoles } from '../../../local/provision/roles.ts';
import { assignedIn, examples, ofType, ownRoles, type Assigned } from './snapshot.ts';

const nameOf = (guid: string): string => builtInRoles.find((role) => role.guid === guid)?.name ?? guid;
const inWords = ({ who, role, where }: Assigned): string => `${who}: ${role} on ${where}`;
const rolesIn = (example: string): string[] => assignedIn(example, nameOf).map(inWords).toSorted();

const withStages = examples.filter((example) => example !== 'subscriptions');

describe('the roles of the identities', () => {
  it('are these in the walkthrough, and no other', () => {
    expect(rolesIn('walkthrough')).toEqual([
      'app: AcrDelete on registries quarantine',
      'app: AcrPush on registries quarantine',
      'app: Container Registry Repository Reader on registries team',
      'app: Container Registry Repository Writer on registries base',
      'app: EventGrid Data Sender on topics gated-import',
      'app: Managed Identity Operator on userAssignedIdentities gated-import-pull',
      'app: Monitoring Metrics Publisher on components gated-import',
      'app: Storage Blob Data Owner on storageAccounts gated',
      'app: Storage Queue Data Contributor on storageAccounts gated',
      'app: Storage Table Data Contributor on storageAccounts gated',
      'app: gated-import group runner on resourceGroups hello-world-aci-rg',
      'app: gated-import importer on registries base',
      'app: gated-import importer on registries quarantine',
      'app: gated-import locker on registries quarantine',
      'app: gated-import record signer on keys promotions',
      'app: gated-import run operator on registries quarantine',
      'app: gated-import run operator on registries team',
      'app: gated-import secret reader on vaults gated',
      'pull: Container Registry Repository Reader on registries team',
      'systemTopics base-pushes: Storage Blob Data Contributor on containers dead-letters',
      'systemTopics public-pushes: Storage Blob Data Contributor on containers dead-letters',
      'systemTopics quarantine-pushes: Storage Blob Data Contributor on containers dead-letters',
      'systemTopics team-pushes: Storage Blob Data Contributor on containers dead-letters',
      'tasks hello-world: Container Registry Repository Reader on registries base',
      'tasks hello-world: Container Registry Repository Writer on registries team',
    ]);
  });

  it('are of the old kind in an existing registry whose permissions are not by repository', () => {
    expect(rolesIn('existing-registries').filter((role) => role.endsWith('registries contosobase'))).toEqual([
      'app: AcrPush on registries contosobase',
      'app: gated-import importer on registries contosobase',
      'app: gated-import locker on registries contosobase',
    ]);
  });

  it('are for a part of an existing registry where permissions are by repository and the system sees a part', () => {
    const repository = 'Microsoft.ContainerRegistry/registries/repositories';
    const conditions = ofType('existing-registries', 'Microsoft.Authorization/roleAssignments')
      .filter(({ id }) => id?.includes('/registries/contososhop/'))
      .map(({ properties }) => [properties['condition'], properties['conditionVersion']]);

    const reader =
      `((!(ActionMatches{'${repository}/content/read'}) AND !(ActionMatches{'${repository}/metadata/read'})) OR ` +
      `(@Request[${repository}:name] StringStartsWithIgnoreCase 'shop/' OR @Request[${repository}:name] StringStartsWithIgnoreCase 'checkout/'))`;
    // The run operator's role has no data action, so there is nothing to limit.
    expect(conditions).toEqual([
      [null, null],
      [reader, '2.0'],
      [reader, '2.0'],
    ]);
  });

  it('are the same when everything is closed, but for what only the walkthrough has', () => {
    const common = (example: string) =>
      rolesIn(example).filter((role) => !/public-pushes|^tasks|resourceGroups/.test(role));

    expect(common('locked-down')).toEqual(common('walkthrough'));
  });

  it.each(withStages)('say in %s which call needs each', (example) => {
    expect(assignedIn(example, nameOf).filter(({ because }) => because.length < 20)).toEqual([]);
  });

  it.each(withStages)('give nobody in %s a whole subscription, or a role that gives roles', (example) => {
    const given = assignedIn(example, nameOf);

    const known = new Set([...builtInRoles.map(({ name }) => name), ...localOwnRoles(example)]);
    expect(given.filter(({ role }) => !known.has(role))).toEqual([]);
    expect(given.filter(({ role }) => /^(Owner|Contributor|Reader|User Access Administrator)$/.test(role))).toEqual([]);
    expect(given.filter(({ where }) => where.startsWith('subscriptions '))).toEqual([]);
  });

  it.each(withStages)('have no wildcard in those of our own in %s', (example) => {
    expect(JSON.stringify([...ownRoles(example).values()])).not.toContain('*');
    expect(ofType(example, 'Microsoft.Authorization/roleDefinitions')).not.toEqual([]);
  });
});

describe('the emulated Azure', () => {
  let folder: string;
  let instance: Instance;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gated-import-roles-'));
    instance = await openInstance({ directory: folder, ports: 'free' });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has the roles of our own that Azure would have', () => {
    const azure = [...ownRoles('walkthrough').values()].map(({ name, permissions }) => [name, permissions]);

    expect(Object.fromEntries(azure)).toEqual(localDefinitions(instance));
  });

  it('gives the identities what Azure would, in registries of the old kind', () => {
    // Where permissions are by repository, one data role stands for those.
    const old: Record<string, string[]> = {
      'Container Registry Repository Writer': ['AcrPush', 'gated-import locker'],
      'Container Registry Repository Reader': ['AcrPull'],
    };
    // Storage and telemetry are no part of the emulated Azure.
    const apart = /^(storageAccounts|components)/;
    const azure = assignedIn('walkthrough', nameOf)
      .filter(({ who, where }) => ['app', 'pull'].includes(who) && !apart.test(where))
      .flatMap((each) => (old[each.role] ?? [each.role]).map((role) => inWords({ ...each, role })));

    expect(azure.toSorted()).toEqual(localAssignments(instance).toSorted());
  });
});

const localOwnRoles = (example: string): string[] => [...ownRoles(example).values()].map(({ name }) => name);

interface Definition {
  roleName: string;
  permissions: [object];
}

function localDefinitions(instance: Instance): Record<string, object> {
  const none = { actions: [], notActions: [], dataActions: [], notDataActions: [] };
  return Object.fromEntries(
    localRoles(instance)
      .filter(({ path }) => path.includes('/roleDefinitions/'))
      .map(({ body }) => {
        const { roleName, permissions } = (body as { properties: Definition }).properties;
        return [roleName, { ...none, ...permissions[0] }];
      }),
  );
}

/** In the words of Azure: the vault and the topic have other names there. */
function localAssignments(instance: Instance): string[] {
  const all = localRoles(instance);
  const who = { [identities.app.objectId]: 'app', [identities.pull.objectId]: 'pull' };
  const names: Record<string, string> = {
    gatedimport: 'gated',
    announcements: 'gated-import',
    quarantineregistry: 'quarantine',
    baseregistry: 'base',
    teamregistry: 'team',
  };
  return all.flatMap(({ path, body }) => {
    const [scope = '', id] = path.split('/providers/Microsoft.Authorization/roleAssignments/');
    const { principalId = '', roleDefinitionId = '' } = (body as { properties: Record<string, string> }).properties;
    const person = who[principalId];
    if (id === undefined || person === undefined) return [];
    const guid = roleDefinitionId.split('/').at(-1) ?? '';
    const own = all.find((each) => each.path.endsWith(`/roleDefinitions/${guid}`))?.body;
    const role = (own as { properties: Definition } | undefined)?.properties.roleName ?? nameOf(guid);
    const [kind = '', name = ''] = scope.split('/').slice(-2);
    return [inWords({ who: person, role, where: `${kind} ${names[name] ?? name}`, because: '' })];
  });
}
