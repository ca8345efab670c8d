/** The same for container groups, roles, the key vault and events. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { location, pullIdentityId, signingKey, subscription } from '../../../../local/azure.ts';
import { outcomeOf } from '../../cloud/roles-system.ts';
import { makeTheAppOwner, publish, putGroup, refusalOf, type Call } from './calls.ts';
import { APPS_GROUP, GROUP, openEstate, TOPIC, type Estate, type Who } from './estate.ts';

let estate: Estate;
beforeAll(async () => void (estate = await openEstate()));
afterAll(() => estate.close());

const [FORBIDDEN, LINKED] = ['AuthorizationFailed', 'LinkedAuthorizationFailed'];

describe('the emulated Azure refuses', () => {
  it.each<[string, Who, Call, number, string]>([
    // Container groups.
    ['a container group in another resource group', 'app', putGroup('somebody-else-rg'), 403, FORBIDDEN],
    ['a container group in the group of the system', 'app', putGroup(GROUP), 403, FORBIDDEN],
    [
      'a container group that acts as the app',
      'app',
      putGroup(APPS_GROUP, pullIdentityId.replace(/-pull$/, '')),
      403,
      LINKED,
    ],
    [
      'to delete a container group',
      'app',
      ({ groups }) => groups.beginDelete(APPS_GROUP, 'hello-world'),
      403,
      FORBIDDEN,
    ],
    ['to stop a container group', 'app', ({ groups }) => groups.stop(APPS_GROUP, 'hello-world'), 403, FORBIDDEN],
    ['a container group to what container groups pull as', 'pull', putGroup(APPS_GROUP), 403, FORBIDDEN],
    // Who may do what.
    [
      'a role for the app itself on a registry',
      'app',
      makeTheAppOwner(({ registries }) => registries.base.id),
      403,
      FORBIDDEN,
    ],
    [
      'a role for the app itself on its group of apps',
      'app',
      makeTheAppOwner(() => `/subscriptions/${subscription}/resourceGroups/${APPS_GROUP}`),
      403,
      FORBIDDEN,
    ],
    [
      'a role of its own making',
      'app',
      ({ arm }) =>
        arm(
          'PUT',
          `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${randomUUID()}`,
          {},
        ),
      403,
      FORBIDDEN,
    ],
    [
      'the end of an assignment',
      'app',
      ({ arm }) =>
        arm('DELETE', `${estate.registries.base.id}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`),
      403,
      FORBIDDEN,
    ],
    [
      'a new resource group',
      'app',
      ({ arm }) => arm('PUT', `/subscriptions/${subscription}/resourceGroups/new-rg`, { location }),
      403,
      FORBIDDEN,
    ],
    // Key vault.
    ['the names of the secrets', 'app', ({ secrets }) => secrets.listPropertiesOfSecrets().next(), 403, 'Forbidden'],
    [
      'the versions of a secret',
      'app',
      ({ secrets }) => secrets.listPropertiesOfSecretVersions('public-registry-user').next(),
      403,
      'Forbidden',
    ],
    [
      'to change a secret',
      'app',
      ({ secrets }) => secrets.setSecret('public-registry-user', 'other'),
      403,
      'Forbidden',
    ],
    [
      'a secret to what container groups pull as',
      'pull',
      ({ secrets }) => secrets.getSecret('hello-world-greeting'),
      403,
      'Forbidden',
    ],
    [
      'a secret to a build of the team',
      'task',
      ({ secrets }) => secrets.getSecret('hello-world-greeting'),
      403,
      'Forbidden',
    ],
    ['the git token to the app', 'app', ({ gitSecrets }) => gitSecrets.getSecret('git-token'), 403, 'Forbidden'],
    [
      'the git token to what container groups pull as',
      'pull',
      ({ gitSecrets }) => gitSecrets.getSecret('git-token'),
      403,
      'Forbidden',
    ],
    [
      'the git token to a build of the team',
      'task',
      ({ gitSecrets }) => gitSecrets.getSecret('git-token'),
      403,
      'Forbidden',
    ],
    [
      'another git token from the app',
      'app',
      ({ gitSecrets }) => gitSecrets.setSecret('git-token', 'other'),
      403,
      'Forbidden',
    ],
    [
      'the names of what lies beside the git token',
      'app',
      ({ gitSecrets }) => gitSecrets.listPropertiesOfSecrets().next(),
      403,
      'Forbidden',
    ],
    ['another key than that of the records', 'app', ({ keys }) => keys.getKey('other'), 403, 'Forbidden'],
    ['a new version of the key of the records', 'app', ({ keys }) => keys.createEcKey(signingKey), 403, 'Forbidden'],
    [
      'a signature to what container groups pull as',
      'pull',
      ({ key }) => key.sign('ES256', Buffer.alloc(32)),
      403,
      'Forbidden',
    ],
    // Events.
    ['an announcement by what container groups pull as', 'pull', publish, 401, 'Unauthorized'],
    [
      'to delete an event subscription',
      'app',
      ({ arm }) =>
        arm(
          'DELETE',
          // Called like the app, as the topic of announcements is.
          `${estate.id('Microsoft.EventGrid/systemTopics', 'base-pushes')}/eventSubscriptions/${TOPIC}`,
        ),
      403,
      FORBIDDEN,
    ],
    [
      'the keys of a topic',
      'app',
      ({ arm }) => arm('POST', `${estate.id('Microsoft.EventGrid/topics', TOPIC)}/listKeys`),
      403,
      FORBIDDEN,
    ],
  ])('%s', async (_what, who, call, status, code) => {
    expect(await refusalOf(call(estate.as(who), estate))).toEqual([status, code]);
  });
});

describe('the emulated Azure allows', () => {
  it.each<[string, Who, Call]>([
    ['the app to put a container group into its group', 'app', putGroup(APPS_GROUP)],
    ['the app to get a secret by its name', 'app', ({ secrets }) => secrets.getSecret('hello-world-greeting')],
    ['the app to sign', 'app', ({ key }) => key.sign('ES256', Buffer.alloc(32))],
    ['the app to announce', 'app', publish],
  ])('%s', async (_what, who, call) => {
    expect(await outcomeOf(call(estate.as(who), estate))).not.toBeInstanceOf(Error);
  });
});

it.each<Who>(['app', 'pull'])('has a git token, which no role opens to the %s identity', async (who) => {
  const { secrets, gitSecrets } = estate.as(who);

  const refused = await outcomeOf(gitSecrets.getSecret('git-token'));
  const inTheOther = await outcomeOf(secrets.getSecret('git-token'));

  expect(refused).toMatchObject({ statusCode: 403, details: { error: { innerError: { code: 'ForbiddenByRbac' } } } });
  expect(inTheOther).toMatchObject(who === 'app' ? { statusCode: 404, code: 'SecretNotFound' } : { statusCode: 403 });
  expect(estate.cloud.vaults.all.map(({ name, secrets: kept }) => [name, kept.find('git-token')?.name])).toEqual([
    [expect.stringMatching(/^gated-[a-z0-9]+$/), undefined],
    [expect.stringMatching(/^gated-git-/), 'git-token'],
  ]);
});
