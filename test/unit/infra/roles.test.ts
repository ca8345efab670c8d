/** Who may do what: exactly this, in all examples. That each is needed is proved in test/contract/infra/mutation.test.ts. */
import { describe, expect, it } from 'vitest';
import { builtInRoles } from '../../../local/cloud/roles/definitions.ts';
import { assignedIn, firstStages, ofType, ownRoles, type Assigned } from './snapshot.ts';

const nameOf = (guid: string): string => builtInRoles.find((role) => role.guid === guid)?.name ?? guid;
const inWords = ({ who, role, where }: Assigned): string => `${who}: ${role} on ${where}`;
const rolesIn = (example: string): string[] => assignedIn(example, nameOf).map(inWords).toSorted();

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
      'app: Storage Blob Data Reader on containers policy',
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
      'author: Storage Blob Data Contributor on containers policy',
      'pull: Container Registry Repository Reader on registries base',
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
      'pull: AcrPull on registries contosobase',
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

  it.each(firstStages)('say in %s which call needs each', (example) => {
    expect(assignedIn(example, nameOf).filter(({ because }) => because.length < 20)).toEqual([]);
  });

  it.each(firstStages)('give nobody in %s a whole subscription, or a role that gives roles', (example) => {
    const given = assignedIn(example, nameOf);

    const known = new Set([...builtInRoles.map(({ name }) => name), ...namesOfOwnRoles(example)]);
    expect(given.filter(({ role }) => !known.has(role))).toEqual([]);
    expect(given.filter(({ role }) => /^(Owner|Contributor|Reader|User Access Administrator)$/.test(role))).toEqual([]);
    expect(given.filter(({ where }) => where.startsWith('subscriptions '))).toEqual([]);
  });

  it.each(firstStages)('have no wildcard in those of our own in %s', (example) => {
    expect(JSON.stringify([...ownRoles(example).values()])).not.toContain('*');
    expect(ofType(example, 'Microsoft.Authorization/roleDefinitions')).not.toEqual([]);
  });
});

const namesOfOwnRoles = (example: string): string[] => [...ownRoles(example).values()].map(({ name }) => name);
