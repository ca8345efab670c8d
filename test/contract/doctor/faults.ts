/** What can be wrong with a system: how it gets so, how that is mended, and what the doctor says of it. */
import { expect } from 'vitest';
import type { Finding } from '../../../shared/domain/doctor/finding.ts';
import { customRoles, grants } from '../../../shared/domain/doctor/role-map.ts';
import type { DoctorSystem } from './doctor-system.ts';
import {
  assign,
  assignmentId,
  BUILD,
  deadLetters,
  putRole,
  putTopic,
  subscribe,
  subscriptionId,
  topicId,
} from './provision.ts';

export interface Fault {
  make(): Promise<unknown>;
  mend(): Promise<unknown>;
  /** All that is found then. */
  found: Partial<Finding>[];
  /** 1, when it is left out. */
  code?: number;
}

const error = (code: string, what: string): Partial<Finding> => ({ code, severity: 'error', what: said(what) });
const warning = (code: string, what: string): Partial<Finding> => ({ code, severity: 'warning', what: said(what) });
const said = (what: string): string => expect.stringContaining(what) as string;

export const faults: Record<string, (system: DoctorSystem) => Fault> = {
  'a role that was taken away': ({ arm, ids, people }) => {
    const given = { scope: ids.base, role: 'gated-import importer', to: people.app };
    return {
      make: () => arm('DELETE', assignmentId(given)),
      mend: () => assign(arm, ids, given),
      found: [
        {
          ...error('missing-right', 'the app lacks the role "gated-import importer" on registry basereg'),
          where: ids.base,
          fix: `az role assignment create --assignee-object-id ${people.app.objectId} --assignee-principal-type ServicePrincipal --role "gated-import importer (doctor)" --scope ${ids.base}`,
        },
      ],
    };
  },
  'a role of our own that lost an action': (system) => ({
    make: () => changeRole(system, 'gated-import locker', (actions) => actions.slice(0, -1)),
    mend: () => changeRole(system, 'gated-import locker', (actions) => actions),
    found: [
      error(
        'missing-right',
        '"gated-import locker" on registry quarantinereg (Microsoft.ContainerRegistry/registries/metadata/write)',
      ),
      error(
        'missing-right',
        '"gated-import locker" on registry basereg (Microsoft.ContainerRegistry/registries/metadata/write)',
      ),
    ],
  }),
  'a role on everything': ({ arm, ids, people }) => {
    const given = { scope: ids.subscription, role: 'Contributor', to: people.app };
    return {
      make: () => assign(arm, ids, given),
      mend: () => arm('DELETE', assignmentId(given)),
      found: [warning('wide-right', 'the app has the role "Contributor" on')],
      code: 0,
    };
  },
  'somebody else who may push to the target': ({ arm, ids, people }) => {
    const given = { scope: ids.base, role: 'AcrPush', to: people.reader };
    return {
      make: () => assign(arm, ids, given),
      mend: () => arm('DELETE', assignmentId(given)),
      found: [
        warning(
          'second-writer',
          `${people.reader.objectId} has the role "AcrPush" on registry basereg, and may push there`,
        ),
      ],
      code: 0,
    };
  },
  'a registry whose mode was changed under its roles': (system) => ({
    make: () => patch(system, 'base', { roleAssignmentMode: 'AbacRepositoryPermissions' }),
    mend: () => patch(system, 'base', { roleAssignmentMode: 'LegacyRegistryPermissions' }),
    found: [
      error('missing-right', 'lacks the role "Container Registry Repository Writer" on registry basereg'),
      warning('wide-right', 'the app has the role "gated-import locker (doctor)" on basereg'),
      warning('wide-right', 'the app has the role "AcrPush" on basereg'),
      ...grants.base
        .filter(({ to }) => to === 'pull')
        .map(({ role }) => warning('wide-right', `the identity gated-import-pull has the role "${role}" on basereg`)),
    ],
  }),
  'a quarantine registry with permissions by repository': (system) => ({
    make: () => patch(system, 'quarantine', { roleAssignmentMode: 'AbacRepositoryPermissions' }),
    mend: () => patch(system, 'quarantine', { roleAssignmentMode: 'LegacyRegistryPermissions' }),
    found: [
      error('quarantine-mode', 'the permissions of the quarantine registry quarantinereg are by repository'),
      // Whoever asks has a role of the old kind, which counts for nothing now.
      { code: 'not-seen', severity: 'unseen', what: said('RUNNER_IMAGE') },
      { code: 'not-seen', severity: 'unseen', what: said('the repositories of localhost:') },
    ],
  }),
  'an admin user': (system) => ({
    make: () => patch(system, 'team', { adminUserEnabled: true }),
    mend: () => patch(system, 'team', { adminUserEnabled: false }),
    found: [
      {
        ...warning('admin-user', 'the admin user of registry teamreg'),
        fix: 'az acr update --name teamreg --admin-enabled false',
      },
    ],
    code: 0,
  }),
  "a build task's own base-image trigger": (system) => ({
    make: () =>
      putBuild(system, {
        trigger: { baseImageTrigger: { name: 'base', status: 'Enabled', baseImageTriggerType: 'Runtime' } },
      }),
    mend: () => putBuild(system, {}),
    found: [
      {
        ...error('own-base-image-trigger', 'the task "hello-build", which builds image hello'),
        fix: 'az acr task update --registry teamreg --name hello-build --base-image-trigger-enabled false',
      },
    ],
  }),
  'a build task that is gone': (system) => ({
    make: () => system.arm('DELETE', `${system.ids.team}/tasks/hello-build`),
    mend: () => putBuild(system, {}),
    found: [error('no-task', 'registry teamreg has no task "hello-build"')],
  }),
  'a build task whose own identity may not pull the base': (system) => ({
    make: () => putBuild(system, {}, { identity: { type: 'SystemAssigned' } }),
    mend: () => system.arm('DELETE', `${system.ids.team}/tasks/hello-build`).then(() => putBuild(system, {})),
    found: [warning('missing-right', 'the task "hello-build" lacks the role "AcrPull" on registry basereg')],
    code: 0,
  }),
  'a task that pushes the stable tag of a gate': (system) => {
    const id = `${system.ids.base}/tasks/nightly-node`;
    return {
      make: () =>
        system.arm('PUT', id, {
          location: 'westeurope',
          properties: { ...BUILD, step: { ...BUILD.step, imageNames: ['node:15-alpine'] } },
        }),
      mend: () => system.arm('DELETE', id),
      found: [error('second-writer', 'the task "nightly-node" of registry basereg pushes')],
    };
  },
  'a task in quarantine that starts by itself': (system) => {
    const id = `${system.ids.quarantine}/tasks/cleaner`;
    const timerTriggers = [{ name: 'nightly', status: 'Enabled', schedule: '0 1 * * *' }];
    return {
      make: () =>
        system.arm('PUT', id, { location: 'westeurope', properties: { ...BUILD, trigger: { timerTriggers } } }),
      mend: () => system.arm('DELETE', id),
      found: [error('task-in-quarantine', 'the task "cleaner" in the quarantine registry starts by itself')],
    };
  },
  'a secret that is gone': (system) => ({
    make: () => system.vault('PATCH', '/secrets/public-password', { attributes: { enabled: false } }),
    mend: () => system.vault('PATCH', '/secrets/public-password', { attributes: { enabled: true } }),
    found: [
      error('no-secret', 'the secret "public-password", which the policy names, is disabled'),
      { code: 'not-seen', severity: 'unseen', what: said('the upstream of gate node') },
    ],
  }),
  'a subscription of an event that nobody waits for': (system) => ({
    make: () =>
      subscribe(system, 'team', { filter: { includedEventTypes: ['Microsoft.ContainerRegistry.ImageDeleted'] } }),
    mend: () => subscribe(system, 'team'),
    found: [error('wrong-subscription', 'takes Microsoft.ContainerRegistry.ImageDeleted, and not')],
  }),
  'a subscription that is gone': (system) => ({
    make: () => system.arm('DELETE', subscriptionId(system.ids, 'team')),
    mend: () => subscribe(system, 'team'),
    found: [warning('no-subscription', 'no event subscription tells the app of pushes to registry teamreg')],
    code: 0,
  }),
  'a subscription that keeps no dead letters': (system) => ({
    make: () => subscribe(system, 'team', { deadLetterWithResourceIdentity: null }),
    mend: () => subscribe(system, 'team'),
    found: [
      {
        ...warning('no-dead-letters', 'the event subscription "gated-import-doctor" of registry teamreg has no'),
        where: subscriptionId(system.ids, 'team'),
        fix: `az eventgrid system-topic event-subscription update --resource-group gated-rg --system-topic-name team-pushes --name gated-import-doctor --deadletter-identity systemassigned --deadletter-identity-endpoint ${deadLetters(system.ids)}`,
      },
    ],
    code: 0,
  }),
  'a system topic whose identity was taken away': (system) => ({
    make: () => putTopic(system, 'team', { type: 'None' }),
    // Its next identity is another one.
    mend: async () =>
      assign(system.arm, system.ids, {
        scope: deadLetters(system.ids),
        role: 'Storage Blob Data Contributor',
        to: await putTopic(system, 'team'),
      }),
    found: [
      {
        ...error('no-identity', 'the system topic team-pushes of registry teamreg has no identity of its own'),
        where: topicId(system.ids, 'team'),
        fix: 'az eventgrid system-topic update --resource-group gated-rg --name team-pushes --identity systemassigned\nthen call this again: it says which role the new identity lacks',
      },
    ],
  }),
  'an upstream that does not answer': (system) => ({
    make: async () => system.cloud.faults.put({ seed: 1, rules: [DOWN] }),
    mend: async () => system.cloud.faults.put({ seed: 1, rules: [] }),
    found: [error('upstream', 'the upstream of gate node')],
  }),
};

const DOWN = {
  service: 'registry' as const,
  registry: 'publicreg',
  operation: '*',
  rate: 1,
  fault: { kind: 'error' as const, status: 503 as const, carriedOut: false },
};

const patch = ({ arm, ids }: DoctorSystem, name: 'quarantine' | 'base' | 'team', properties: object) =>
  arm('PATCH', ids[name], { properties });

const putBuild = ({ arm, ids }: DoctorSystem, change: object, more: object = {}) =>
  arm('PUT', `${ids.team}/tasks/hello-build`, { location: 'westeurope', ...more, properties: { ...BUILD, ...change } });

function changeRole({ arm, ids }: DoctorSystem, name: string, actionsOf: (actions: string[]) => string[]) {
  const role = customRoles.find((each) => each.name === name);
  if (!role) throw new Error(`there is no role "${name}"`);
  return putRole(arm, ids, { ...role, actions: actionsOf(role.actions) });
}
