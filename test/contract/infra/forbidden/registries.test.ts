/**
 * What the identities of the system may not do in its registries, asked of the emulated Azure with the assignments of the walkthrough's snapshot,
 * through the real SDKs; and what each may, so that a refusal is one of a right, and not of a call that nobody could make.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { location } from '../../../../local/azure.ts';
import { outcomeOf } from '../../cloud/roles-system.ts';
import { importInto, moveTag, newTask, pull, refusalOf, scheduleIn, type Call } from './calls.ts';
import { GROUP, openEstate, TAG, type Estate, type Who } from './estate.ts';

let estate: Estate;
beforeAll(async () => void (estate = await openEstate()));
afterAll(() => estate.close());

/** A registry says 401 to whoever may not, also to those whom it knows. */
const NOT_IN_REGISTRY = 'UNAUTHORIZED';
const FORBIDDEN = 'AuthorizationFailed';

describe('the emulated Azure refuses', () => {
  it.each<[string, Who, Call, number, string]>([
    // Registries.
    ['a push to base by what container groups pull as', 'pull', moveTag('base', 'pushed'), 401, NOT_IN_REGISTRY],
    ['to move a tag of the team for what container groups pull as', 'pull', moveTag('team', TAG), 401, NOT_IN_REGISTRY],
    ['to move a tag of the team for the app', 'app', moveTag('team', TAG), 401, NOT_IN_REGISTRY],
    ['a candidate in quarantine to what container groups pull as', 'pull', pull('quarantine'), 401, NOT_IN_REGISTRY],
    ['a candidate in quarantine to a build of the team', 'task', pull('quarantine'), 401, NOT_IN_REGISTRY],
    ['a push to base by a build of the team', 'task', moveTag('base', 'pushed'), 401, NOT_IN_REGISTRY],
    [
      'the public registry to the app, which reads it with a login of its own',
      'app',
      pull('public'),
      401,
      NOT_IN_REGISTRY,
    ],
    ['to delete a promoted base', 'app', ({ artifact }) => artifact('base', TAG).delete(), 401, NOT_IN_REGISTRY],
    [
      'to delete a tag of the team',
      'app',
      ({ artifact }) => artifact('team', TAG).deleteTag(TAG),
      401,
      NOT_IN_REGISTRY,
    ],
    [
      'to unlock an image of the team',
      'app',
      ({ artifact }) => artifact('team', TAG).updateTagProperties(TAG, { canDelete: true }),
      401,
      NOT_IN_REGISTRY,
    ],
    ['an import into the registry of the team', 'app', importInto('team'), 403, FORBIDDEN],
    ['an import into the public registry', 'app', importInto('public'), 403, FORBIDDEN],
    [
      'the password of an admin user',
      'app',
      ({ registries }) => registries.registries.listCredentials(GROUP, estate.registries.base.name),
      403,
      FORBIDDEN,
    ],
    [
      'a new password of the login of the public registry',
      'app',
      ({ registries }) => registries.registries.beginGenerateCredentials(GROUP, estate.registries.public.name, {}),
      403,
      FORBIDDEN,
    ],
    [
      'another mode of a registry',
      'app',
      ({ registries }) =>
        registries.registries.beginUpdate(GROUP, estate.registries.base.name, { adminUserEnabled: true }),
      403,
      FORBIDDEN,
    ],
    // Tasks and runs.
    ['a new task', 'app', newTask, 403, FORBIDDEN],
    [
      'a change of a task',
      'app',
      ({ registries }) =>
        registries.tasks.beginUpdate(GROUP, estate.registries.team.name, 'hello-world', { status: 'Disabled' }),
      403,
      FORBIDDEN,
    ],
    [
      'to delete a task',
      'app',
      ({ registries }) => registries.tasks.beginDelete(GROUP, estate.registries.team.name, 'hello-world'),
      403,
      FORBIDDEN,
    ],
    [
      'the secrets of a task',
      'app',
      ({ registries }) => registries.tasks.getDetails(GROUP, estate.registries.team.name, 'hello-world'),
      403,
      FORBIDDEN,
    ],
    [
      'a new agent pool',
      'app',
      ({ registries }) =>
        registries.agentPools.beginCreate(GROUP, estate.registries.quarantine.name, 'pool', { location }),
      403,
      FORBIDDEN,
    ],
    ['a quick run in base', 'app', scheduleIn('base'), 403, FORBIDDEN],
    ['a quick run in the public registry', 'app', scheduleIn('public'), 403, FORBIDDEN],
    ['a quick run to what container groups pull as', 'pull', scheduleIn('quarantine'), 403, FORBIDDEN],
    ['a quick run to a build of the team', 'task', scheduleIn('quarantine'), 403, FORBIDDEN],
  ])('%s', async (_what, who, call, status, code) => {
    expect(await refusalOf(call(estate.as(who), estate))).toEqual([status, code]);
  });

  it('to delete a locked manifest, which its role would allow', async () => {
    const { content, artifact } = estate.as('app');
    const { digest } = await content('quarantine').getManifest(TAG);
    await artifact('quarantine', digest).updateManifestProperties({ canDelete: false, canWrite: false });

    const refused = await refusalOf(artifact('quarantine', digest).delete());

    expect(refused).toEqual([405, 'REGISTRY_DISALLOWED_OPERATION']);
  });
});

describe('the emulated Azure allows', () => {
  it.each<[string, Who, Call]>([
    ['container groups to pull what the team has built', 'pull', pull('team')],
    ['container groups to pull a promoted base', 'pull', pull('base')],
    ['a build of the team to pull a promoted base', 'task', pull('base')],
    ['a build of the team to push', 'task', moveTag('team', 'built')],
    ['the app to move the stable tag', 'app', moveTag('base', 'stable')],
    [
      'the app to lock a promoted base',
      'app',
      ({ artifact }) => artifact('base', TAG).updateTagProperties(TAG, { canDelete: false }),
    ],
    ['the app to promote out of quarantine', 'app', importInto('base')],
    ['the app to start a check', 'app', scheduleIn('quarantine')],
  ])('%s', async (_what, who, call) => {
    expect(await outcomeOf(call(estate.as(who), estate))).not.toBeInstanceOf(Error);
  });
});
