/** What mends each kind of finding: it names the very resource, and leaves open only what the doctor cannot know. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../../../../local/layout.ts';
import { DEAD_LETTERS as TEMPLATE } from '../../../../shared/domain/doctor/dead-letters.ts';
import { diagnose } from '../../../../shared/domain/doctor/diagnose.ts';
import type { Facts } from '../../../../shared/domain/doctor/facts.ts';
import { parseReference, parseTagReference } from '../../../../shared/domain/reference.ts';
import {
  ABSENT,
  assigned,
  DEAD_LETTERS,
  goodFacts,
  holder,
  registryId,
  seen,
  STORAGE,
  subscription,
  SUBSCRIPTION,
  systemTopic,
  task,
  VAULT_SEEN,
  withAssignments,
  without,
  withRegistry,
} from './good-facts.ts';

const good = goodFacts();
const [gate] = Object.values(good.policy.gates);
if (!gate) throw new Error('the policy has a gate');
const hub = { ...good.policy, gates: { node: { ...gate, from: parseTagReference('docker.io/library/node:22') } } };
const alpine = { named: 'PROBE_IMAGE', image: parseReference('docker.io/library/alpine:3') };
const { deadLetters: _, ...keptNowhere } = subscription('team');
const [runner] = good.tools;
if (!runner) throw new Error('the fixture has a tool');
const given = (role: string, scope: string, to: string) =>
  `az role assignment create --assignee-object-id ${to} --assignee-principal-type ServicePrincipal --role "${role}" --scope ${scope}`;
const update = 'az acr update --name';
const triggers = { baseImage: true, commits: true, timers: false };
const pool = { ...good.settings, agentPool: 'private' };
const missing = (what: string, where: string) => ({ kind: 'unseen' as const, what, where, why: 'x', right: 'a right' });

const fixes: [string, Facts, string][] = [
  ['policy', { ...good, policy: { ...good.policy, warnings: ['odd'] } }, 'change the policy, or leave it'],
  ['no-identity', { ...good, app: ABSENT }, 'set AZURE_CLIENT_ID'],
  [
    'no-identity',
    withRegistry('team', { topic: { id: systemTopic('team'), name: 'team-pushes' } }),
    'az eventgrid system-topic update --resource-group gated-rg --name team-pushes --identity systemassigned',
  ],
  ['no-resource', { ...good, topic: ABSENT }, 'correct ANNOUNCEMENTS_ENDPOINT'],
  ['health', { ...good, health: seen({ wrong: ['odd'] }) }, 'see the log of the app'],
  [
    'missing-right',
    withAssignments('oid-app', without('AcrPush', registryId('quarantine'))),
    given('AcrPush', registryId('quarantine'), 'oid-app'),
  ],
  [
    'missing-right',
    withAssignments('oid-topic', () => []),
    given('Storage Blob Data Contributor', DEAD_LETTERS, 'oid-topic'),
  ],
  [
    'wide-right',
    withAssignments('oid-app', (held) => [...held, assigned('Owner', SUBSCRIPTION)]),
    `az role assignment delete --ids ${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/Owner`,
  ],
  [
    'second-writer',
    withRegistry('base', { holders: seen([holder('oid-shop', 'AcrPush')]), byRepository: false }),
    `az role assignment delete --ids ${registryId('base')}/`,
  ],
  [
    'second-writer',
    withRegistry('base', { tasks: seen([task('nightly', { images: ['node:15-alpine'] })]) }),
    'az acr task update --registry base --name nightly --status Disabled',
  ],
  ['no-registry', { ...good, registries: seen({}) }, 'correct the host in the settings or the policy'],
  ['admin-user', withRegistry('base', { adminUser: true }), `${update} base --admin-enabled false`],
  ['anonymous-pull', withRegistry('team', { anonymousPull: true }), `${update} team --anonymous-pull-enabled false`],
  ['retention', withRegistry('base', { retentionDays: 7 }), 'az acr config retention update --registry base'],
  ['soft-delete', withRegistry('quarantine', { softDeleteDays: 7 }), 'soft-delete update --registry quarantine'],
  [
    'quarantine-mode',
    withRegistry('quarantine', { byRepository: true }),
    `${update} quarantine --role-assignment-mode rbac`,
  ],
  [
    'quarantine-shared',
    withRegistry('quarantine', { repositories: seen(['shop/cart']) }),
    'az acr repository delete --name quarantine --repository shop/cart',
  ],
  [
    'no-agents',
    { ...withRegistry('quarantine', { closed: true, agentPool: ABSENT }), settings: pool },
    'az acr agentpool create --registry quarantine --name private --tier S1',
  ],
  [
    'closed-to-imports',
    withRegistry('base', { closed: true, letsAzureIn: false }),
    `${update} base --allow-trusted-services true`,
  ],
  ['no-task', withRegistry('team', { tasks: seen([]) }), 'az acr task create --registry team --name hello-build'],
  [
    'task-off',
    withRegistry('team', { tasks: seen([task('hello-build', { enabled: false })]) }),
    'az acr task update --registry team --name hello-build --status Enabled',
  ],
  [
    'own-base-image-trigger',
    withRegistry('team', { tasks: seen([task('hello-build', { triggers })]) }),
    'az acr task update --registry team --name hello-build --base-image-trigger-enabled false',
  ],
  [
    'task-in-quarantine',
    withRegistry('quarantine', { tasks: seen([task('busy')]) }),
    'az acr task delete --registry quarantine --name busy',
  ],
  [
    'second-deployer',
    { ...good, groups: { web: seen({ images: ['team.azurecr.io/hello:latest'] }) } },
    `az monitor activity-log list --resource-id ${SUBSCRIPTION}/resourceGroups/web-rg/providers/Microsoft.ContainerInstance/containerGroups/`,
  ],
  ['no-subscription', withRegistry('team', { subscriptions: seen([]) }), 'deploy infra/subscriptions.bicep with'],
  [
    'wrong-subscription',
    withRegistry('team', { subscriptions: seen([{ ...subscription('team'), eventTypes: ['Deleted'] }]) }),
    'deploy infra/subscriptions.bicep again',
  ],
  [
    'two-subscriptions',
    withRegistry('team', {
      subscriptions: seen([{ ...subscription('team'), id: '/old', name: 'old' }, subscription('team')]),
    }),
    'az resource delete --ids /old',
  ],
  [
    'second-system',
    withRegistry('team', {
      subscriptions: seen([
        subscription('team'),
        {
          ...subscription('team'),
          name: 'theirs',
          destination: { kind: 'AzureFunction', functionId: '/sites/other/functions/onImagePushed' },
        },
      ]),
    }),
    'compare the two policies',
  ],
  [
    'no-dead-letters',
    withRegistry('team', { subscriptions: seen([keptNowhere]) }),
    `az eventgrid system-topic event-subscription update --resource-group gated-rg --system-topic-name team-pushes --name gated-import --deadletter-identity systemassigned --deadletter-identity-endpoint ${STORAGE}/blobServices/default/containers/dead-letters`,
  ],
  ['no-vault', { ...good, vault: ABSENT }, 'correct KEY_VAULT_URL'],
  [
    'no-secret',
    { ...good, vault: seen({ ...VAULT_SEEN, secrets: { upstream: ABSENT } }) },
    'az keyvault secret set --vault-name contoso --name upstream',
  ],
  [
    'no-key',
    { ...good, vault: seen({ ...VAULT_SEEN, key: ABSENT }) },
    'az keyvault key create --vault-name contoso --name promotions',
  ],
  ['upstream', { ...good, upstreams: { node: { kind: 'gone' } } }, 'the login for public.example.com'],
  ['no-login', { ...good, policy: hub }, 'add docker.io under "upstreams"'],
  ['tool-by-tag', { ...good, tools: [{ ...alpine, answer: { kind: 'at' } }] }, 'set PROBE_IMAGE to'],
  ['tool', { ...good, tools: [{ ...runner, answer: { kind: 'gone' } }] }, 'correct RUNNER_IMAGE'],
  ['no-group', { ...good, resourceGroups: { 'web-rg': ABSENT } }, 'az group create --name web-rg --location'],
  ['not-seen', withRegistry('team', { tasks: missing('tasks', 'there') }), 'sign in as somebody who has a right'],
];

/** Of the doctor's sources. */
const known = (): string[] => {
  const folder = join(repositoryRoot, 'shared/domain/doctor');
  const all = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return [...new Set(all.flatMap((text) => [...text.matchAll(/^\s+code: '([^']+)'/gm)].map(([, code]) => code ?? '')))];
};

it('is shown below for every kind of finding that there is', () => {
  expect([...new Set(fixes.map(([code]) => code))].toSorted()).toEqual(known().toSorted());
});

/** What only whoever mends it knows: a value of a secret, a registry for tools, the steps of a task. */
const OPEN: Record<string, RegExp> = {
  'no-secret': /<file>/g,
  'tool-by-tag': /<(?:host|repository|digest)>/g,
  'no-task': / …/g,
};

it.each(fixes)('of %s names what it is about: %#', (code, facts, fix) => {
  const found = diagnose(facts).filter((one) => one.code === code);
  const fitting = found.filter((one) => one.fix.includes(fix));

  expect(found.map((one) => one.fix)).toContainEqual(expect.stringContaining(fix));
  for (const one of fitting) expect(one.fix.replace(OPEN[code] ?? '', '')).not.toMatch(/<[^>]*>|…|undefined/);
});

it('knows the role and the container of dead letters as the templates have them', () => {
  const template = readFileSync(join(repositoryRoot, 'infra/modules/dead-letter-access.bicep'), 'utf8');

  expect(template).toContain(`var role = '${TEMPLATE.role}'`);
  expect(template).toContain(`/default/${TEMPLATE.container}'`);
});
