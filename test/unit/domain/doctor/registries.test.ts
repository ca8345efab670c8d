/** Registries, their tasks, and who is told of pushes: each thing that is wrong is found as itself. */
import { expect, it } from 'vitest';
import type { Facts } from '../../../../shared/domain/doctor/facts.ts';
import { ABSENT, goodFacts, seen, subscription, task, withRegistry } from './good-facts.ts';
import { said } from './said.ts';

const pools = { ...goodFacts().settings, agentPool: 'private' };

const wrong: [string, Facts, string[]][] = [
  [
    'an admin user',
    withRegistry('base', { adminUser: true }),
    ['warning admin-user: the admin user of registry base is enabled'],
  ],
  [
    'anonymous pull',
    withRegistry('team', { anonymousPull: true }),
    ['warning anonymous-pull: registry team lets anybody pull'],
  ],
  [
    'retention in the target',
    withRegistry('base', { retentionDays: 7 }),
    ['error retention: registry base deletes what is untagged after 7 days'],
  ],
  [
    'retention in quarantine',
    withRegistry('quarantine', { retentionDays: 0 }),
    ['error retention: registry quarantine deletes what is untagged after 0 days'],
  ],
  [
    'soft delete in quarantine',
    withRegistry('quarantine', { softDeleteDays: 7 }),
    ['warning soft-delete: registry quarantine keeps what was deleted for 7 days'],
  ],
  [
    'a quarantine registry of the new kind',
    withRegistry('quarantine', { byRepository: true }),
    ['error quarantine-mode: the permissions of the quarantine registry quarantine are by repository'],
  ],
  [
    'a quarantine registry that is shared',
    withRegistry('quarantine', { repositories: seen(['node/node', 'shop/cart', 'gated-import/runner']) }),
    ['warning quarantine-shared: the quarantine registry quarantine holds what is of no gate: shop/cart'],
  ],
  [
    'a closed quarantine registry without agents',
    withRegistry('quarantine', { closed: true }),
    ['error no-agents: the quarantine registry quarantine is closed to the public network, and AGENT_POOL is not set'],
  ],
  [
    'an agent pool that is not there',
    { ...withRegistry('quarantine', { closed: true, agentPool: ABSENT }), settings: pools },
    ['error no-agents: the quarantine registry quarantine has no agent pool "private"'],
  ],
  [
    'a target that is closed to imports',
    withRegistry('base', { closed: true, letsAzureIn: false }),
    [
      'error closed-to-imports: registry base is closed to the public network, and to the services that Azure trusts as well',
    ],
  ],
  [
    'a closed registry whose build task has no agents',
    withRegistry('team', { closed: true }),
    ['error no-agents: registry team is closed to the public network, and the task "hello-build" has no agent pool'],
  ],
  [
    'no build task',
    withRegistry('team', { tasks: seen([]) }),
    ['error no-task: registry team has no task "hello-build", which builds image hello'],
  ],
  [
    'a build task that is off',
    withRegistry('team', { tasks: seen([task('hello-build', { enabled: false })]) }),
    ['error task-off: the task "hello-build", which builds image hello, is disabled'],
  ],
  [
    "a build task's own base-image trigger",
    withRegistry('team', {
      tasks: seen([task('hello-build', { triggers: { baseImage: true, commits: true, timers: false } })]),
    }),
    [
      'error own-base-image-trigger: the task "hello-build", which builds image hello, has a base-image trigger of its own',
    ],
  ],
  [
    'a task in quarantine',
    withRegistry('quarantine', {
      tasks: seen([task('idle', { triggers: { baseImage: false, commits: false, timers: false } })]),
    }),
    ['warning task-in-quarantine: the quarantine registry has a task "idle"'],
  ],
  [
    'a task in quarantine that starts by itself',
    withRegistry('quarantine', { tasks: seen([task('busy')]) }),
    ['error task-in-quarantine: the task "busy" in the quarantine registry starts by itself'],
  ],
  ...[
    task('pusher', { images: ['node:15-alpine'] }),
    task('pusher', { images: ['{{.Run.Registry}}/node:15-alpine'] }),
    task('pusher', {
      images: [],
      content: 'steps:\n  - build: -t $Registry/node:15-alpine .\n  - push: ["$Registry/node:15-alpine"]\n',
    }),
    task('pusher', { images: [], content: 'steps:\n  - push:\n    - base.azurecr.io/node:15-alpine\n' }),
  ].map((pusher): [string, Facts, string[]] => [
    `a task that pushes a stable tag (${pusher.content ?? pusher.images.join()})`,
    withRegistry('base', { tasks: seen([pusher]) }),
    [
      'error second-writer: the task "pusher" of registry base pushes base.azurecr.io/node:15-alpine, the stable tag of gate node',
    ],
  ]),
  [
    'a task that deploys',
    withRegistry('team', {
      tasks: seen([
        task('hello-build'),
        task('deploy', {
          content: 'steps:\n  - cmd: mcr.microsoft.com/azure-cli az container create --file web.yaml\n',
        }),
      ]),
    }),
    ['warning second-deployer: the task "deploy" of registry team deploys container groups'],
  ],
  [
    'no event subscription',
    withRegistry('team', { subscriptions: seen([]) }),
    ['warning no-subscription: no event subscription tells the app of pushes to registry team'],
  ],
  [
    'a subscription of another function',
    withRegistry('team', {
      subscriptions: seen([
        { ...subscription('team'), destination: { kind: 'AzureFunction', functionId: '/sites/other/functions/x' } },
      ]),
    }),
    [
      'error wrong-subscription: the event subscription "gated-import" of registry team delivers to /sites/other/functions/x, and not to the function onImagePushed of the app',
    ],
  ],
  [
    'a subscription of other events',
    withRegistry('team', { subscriptions: seen([{ ...subscription('team'), eventTypes: ['Deleted'] }]) }),
    [
      'error wrong-subscription: the event subscription "gated-import" of registry team takes Deleted, and not Microsoft.ContainerRegistry.ImagePushed',
    ],
  ],
  [
    'a subscription with a filter',
    withRegistry('team', { subscriptions: seen([{ ...subscription('team'), subjectBeginsWith: 'hello' }]) }),
    [
      'error wrong-subscription: the event subscription "gated-import" of registry team takes only some of the pushes: it has a filter beside the type of the event',
    ],
  ],
  [
    'a subscription that was not validated',
    withRegistry('team', { subscriptions: seen([{ ...subscription('team'), state: 'AwaitingManualAction' }]) }),
    [
      'error wrong-subscription: the event subscription "gated-import" of registry team is AwaitingManualAction, and delivers nothing',
    ],
  ],
  [
    'another system on the same registry',
    withRegistry('team', {
      subscriptions: seen([
        subscription('team'),
        {
          ...subscription('team'),
          id: 'other',
          name: 'theirs',
          destination: { kind: 'AzureFunction', functionId: '/sites/gated-other/functions/onImagePushed' },
        },
      ]),
    }),
    ['warning second-system: another gated-import is told of pushes to registry team: gated-other'],
  ],
  [
    'two subscriptions',
    withRegistry('team', {
      subscriptions: seen([subscription('team'), { ...subscription('team'), id: 'other', name: 'old' }]),
    }),
    ['warning two-subscriptions: 2 event subscriptions tell the app of pushes to registry team: gated-import, old'],
  ],
];

it.each(wrong)('finds %s', (_, facts, what) => {
  expect(said(facts)).toEqual(what);
});
