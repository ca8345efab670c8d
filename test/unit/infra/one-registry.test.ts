/** One registry that is there already can be the base and that of the team: Azure has one topic for it, and takes a role once. */
import { expect, it } from 'vitest';
import { builtInRoles } from '../../../local/cloud/roles/definitions.ts';
import { assignedIn, ofType, resourcesOf } from './snapshot.ts';

const nameOf = (guid: string): string => builtInRoles.find((role) => role.guid === guid)?.name ?? guid;

it('nothing is asked for twice', () => {
  const ids = resourcesOf('one-registry').flatMap(({ id }) => id ?? []);

  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

it('it has one topic, and the quarantine registry another', () => {
  const sources = ofType('one-registry', 'Microsoft.EventGrid/systemTopics').map(({ properties }) =>
    String(properties['source']).split('/').at(-1),
  );

  expect(sources).toEqual([expect.stringMatching(/^quarantine\w{13}$/), 'contososhop']);
});

it('each role is there once, for the repositories of those who need it', () => {
  const repositories = ofType('one-registry', 'Microsoft.Authorization/roleAssignments').map(({ properties }) =>
    [...String(properties['condition']).matchAll(/StartsWithIgnoreCase '([^']+)'/g)].map(([, name]) => name),
  );
  const roles = assignedIn('one-registry', nameOf).map(({ who, role, where }, at) => ({
    ...{ who, role, where, repositories: repositories[at]?.join(' ') },
  }));

  const there = roles.filter(({ where }) => where === 'registries contososhop');
  expect(there.map(({ who, role, repositories: limit }) => `${who}: ${role} ${limit}`.trim()).toSorted()).toEqual([
    'app: Container Registry Repository Reader shop/',
    'app: Container Registry Repository Writer base/',
    'app: gated-import importer',
    'app: gated-import run operator',
    'pull: Container Registry Repository Reader base/ shop/',
  ]);
});
