/** Who may do what: exactly this, in all examples. That each is needed is proved in test/contract/infra/mutation.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInRoles } from '../../../local/cloud/roles/definitions.ts';
import { bicepLiteral } from '../../../docs/generate/bicep-literal.ts';
import { repositoryRoot } from '../../../local/layout.ts';
import { assignedIn, examples, firstStages, ofType, ownRoles, type Assigned } from './snapshot.ts';

const nameOf = (guid: string): string => builtInRoles.find((role) => role.guid === guid)?.name ?? guid;
/** What the one map says of each grant, and what is said where an identity of Azure's own gets a role. */
const REASONS = [
  ...reasonsIn(bicepLiteral(readFileSync(join(repositoryRoot, 'infra/roles.bicep'), 'utf8'), 'grants')),
  'dead letter: Event Grid writes what it could not deliver',
  'pull: the base that the task builds on',
  'push: what the task builds',
];
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

  it.each(examples)('say in %s which call needs each', (example) => {
    expect(assignedIn(example, nameOf).filter(({ because }) => !REASONS.includes(because))).toEqual([]);
  });

  it.each(firstStages)(
    'let each system topic of %s, also one that was there before, keep its dead letters',
    (example) => {
      const alerts = ofType(example, 'Microsoft.Insights/metricAlerts').map(({ id = '' }) =>
        id.split('gated-import-dead-letters-').at(-1),
      );

      expect(alerts.length).toBeGreaterThan(0);
      for (const topic of alerts) {
        expect(rolesIn(example)).toContain(
          `systemTopics ${topic}: Storage Blob Data Contributor on containers dead-letters`,
        );
      }
    },
  );

  it.each(examples)('give nobody in %s a whole subscription, or a role that gives roles', (example) => {
    const given = assignedIn(example, nameOf);

    const known = new Set([...builtInRoles.map(({ name }) => name), ...namesOfOwnRoles(example)]);
    expect(given.filter(({ role }) => !known.has(role))).toEqual([]);
    expect(given.filter(({ role }) => /^(Owner|Contributor|Reader|User Access Administrator)$/.test(role))).toEqual([]);
    expect(given.filter(({ where }) => where.startsWith('subscriptions '))).toEqual([]);
  });

  it.each(firstStages)(
    'have in %s none of our own that has a wildcard, gives roles, reads keys, or deletes',
    (example) => {
      const own = JSON.stringify([...ownRoles(example).values()]);

      expect(own).not.toContain('*');
      expect(own).not.toMatch(/Microsoft\.Authorization|list(Keys|Credentials)|\/delete/);
      expect(ofType(example, 'Microsoft.Authorization/roleDefinitions')).not.toEqual([]);
    },
  );
});

const namesOfOwnRoles = (example: string): string[] => [...ownRoles(example).values()].map(({ name }) => name);

function reasonsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { because } = value as { because?: string };
  return [...(because === undefined ? [] : [because]), ...Object.values(value).flatMap(reasonsIn)];
}
