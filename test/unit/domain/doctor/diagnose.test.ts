/** What the doctor says: nothing of what is right, and of each thing that is wrong exactly that. */
import { expect, it } from 'vitest';
import { diagnose } from '../../../../shared/domain/doctor/diagnose.ts';
import type { Facts } from '../../../../shared/domain/doctor/facts.ts';
import { parseReference, parseTagReference } from '../../../../shared/domain/reference.ts';
import { ABSENT, goodFacts, PULL, registryId, seen, VAULT_SEEN, withAssignments, withRegistry } from './good-facts.ts';
import { said } from './said.ts';

it('says nothing where everything is right', () => {
  expect(diagnose(goodFacts())).toEqual([]);
});

const good = goodFacts();
const gate = Object.values(good.policy.gates)[0];
if (!gate) throw new Error('the policy has a gate');
const unseen = {
  kind: 'unseen' as const,
  what: 'the tasks of registry team',
  where: 'there',
  why: 'it was answered 500',
};
const inHub = { ...good.policy, gates: { node: { ...gate, from: parseTagReference('docker.io/library/node:22') } } };
const toQuarantine = {
  ...good.policy,
  gates: { node: { ...gate, to: parseTagReference('quarantine.azurecr.io/node:15-alpine') } },
};
const [anImage] = Object.values(good.policy.images);
if (!anImage) throw new Error('the policy has an image');

const wrong: [string, Facts, string[]][] = [
  [
    'a warning of the policy',
    { ...good, policy: { ...good.policy, warnings: ['gates.yaml:1:1  odd'] } },
    ['warning policy: gates.yaml:1:1  odd'],
  ],
  ['no identity of the app', { ...good, app: ABSENT }, ['error no-identity: the identity of the app is not there']],
  [
    'no identity of container groups',
    { ...good, pulls: { [PULL]: ABSENT } },
    ['error no-identity: the identity of container groups gated-import-pull is not there'],
  ],
  [
    'no vault',
    { ...good, vault: ABSENT },
    ['error no-vault: the key vault of KEY_VAULT_URL is not in the subscription'],
  ],
  [
    'a secret that is not there',
    { ...good, vault: seen({ ...VAULT_SEEN, secrets: { upstream: ABSENT } }) },
    ['error no-secret: the key vault has no secret "upstream", which the policy names'],
  ],
  [
    'a secret that is disabled',
    { ...good, vault: seen({ ...VAULT_SEEN, secrets: { upstream: seen({ enabled: false }) } }) },
    ['error no-secret: the secret "upstream", which the policy names, is disabled'],
  ],
  [
    'no key',
    { ...good, vault: seen({ ...VAULT_SEEN, key: ABSENT }) },
    ['error no-key: the key vault has no key "promotions", which SIGNING_KEY names'],
  ],
  ...[
    [{ enabled: false, kind: 'EC', curve: 'P-256', operations: ['sign'] }, 'has disabled the key'],
    [{ enabled: true, kind: 'RSA', operations: ['sign'] }, 'has no EC key on P-256 as'],
    [{ enabled: true, kind: 'EC', curve: 'P-256', operations: ['verify'] }, 'does not let anybody sign with the key'],
  ].map(([key, problem]): [string, Facts, string[]] => [
    `a key that ${String(problem)}`,
    {
      ...good,
      vault: seen({ ...VAULT_SEEN, key: seen(key as { enabled: boolean; kind: string; operations: string[] }) }),
    },
    [`error no-key: the key vault ${String(problem)} "promotions", which SIGNING_KEY names`],
  ]),
  [
    'no topic',
    { ...good, topic: ABSENT },
    ['error no-resource: the Event Grid topic of ANNOUNCEMENTS_ENDPOINT is not in the subscription'],
  ],
  [
    'no storage account',
    { ...good, storage: ABSENT },
    ['error no-resource: the storage account of TABLES_ENDPOINT is not in the subscription'],
  ],
  [
    'an upstream that is gone',
    { ...good, upstreams: { node: { kind: 'gone' } } },
    ['error upstream: the upstream of gate node, public.example.com/node:15-alpine, is not there'],
  ],
  [
    'an upstream that throttles',
    { ...good, upstreams: { node: { kind: 'unreachable', message: 'has had too many requests from here (429)' } } },
    [
      'error upstream: the upstream of gate node, public.example.com/node:15-alpine, does not answer: has had too many requests from here (429)',
    ],
  ],
  [
    'Docker Hub without a login',
    { ...good, policy: inHub },
    ['warning no-login: Docker Hub is asked without a login (gate node)'],
  ],
  [
    'a tool by its tag',
    {
      ...good,
      tools: [
        ...good.tools,
        { named: 'PROBE_IMAGE', image: parseReference('docker.io/library/alpine:3'), answer: { kind: 'at' } },
      ],
    },
    ['warning tool-by-tag: PROBE_IMAGE is docker.io/library/alpine:3, by its tag'],
  ],
  [
    'a tool that is gone',
    { ...good, tools: good.tools.map((tool) => ({ ...tool, answer: { kind: 'gone' } })) },
    [expect.stringMatching(/^error tool: RUNNER_IMAGE, .*, is not there$/) as string],
  ],
  [
    'no resource group',
    { ...good, resourceGroups: { 'web-rg': ABSENT }, groups: { web: ABSENT } },
    ['error no-group: there is no resource group "web-rg", which app web is deployed to'],
  ],
  [
    'a container group that runs a tag',
    { ...good, groups: { web: seen({ images: ['team.azurecr.io/hello:latest'] }) } },
    [
      'warning second-deployer: the container group of app web runs team.azurecr.io/hello:latest, which the app did not deploy',
    ],
  ],
  [
    'an app that is not well',
    { ...good, health: seen({ wrong: ['no sweep has ended for half an hour; see the instance "sweep"'] }) },
    ['error health: the app says: no sweep has ended for half an hour; see the instance "sweep"'],
  ],
  [
    'what could not be looked at',
    withRegistry('team', { tasks: unseen }),
    ['unseen not-seen: the tasks of registry team could not be looked at'],
  ],
];

it.each(wrong)('finds %s', (_, facts, what) => {
  expect(said(facts)).toEqual(what);
});

it('finds a registry that is not in the subscription, once', () => {
  const { registries } = good;
  const value = registries.kind === 'seen' ? registries.value : {};
  const { 'base.azurecr.io': _, ...others } = value;
  const facts = withAssignments('oid-app', (held) => held.filter(({ scope }) => scope !== registryId('base')));

  expect(said({ ...facts, registries: seen(others) })).toEqual([
    'error no-registry: the registry base.azurecr.io, which gate node promotes to, is not in the subscription',
  ]);
});

it('finds a gate that promotes into quarantine', () => {
  expect(said({ ...good, policy: toQuarantine })).toContain(
    'error quarantine-shared: the quarantine registry is also the one that gate node promotes to',
  );
});

it('looks for no build task of an image that is built elsewhere', () => {
  const { build: _, ...pushed } = anImage;
  const facts = withRegistry('team', { tasks: seen([]) });

  const codes = diagnose({ ...facts, policy: { ...facts.policy, images: { hello: pushed } } }).map(({ code }) => code);
  expect(codes).toEqual([]);
});

it('takes a group that is not there yet for one that the first rollout makes', () => {
  expect(said({ ...good, groups: { web: ABSENT } })).toEqual([]);
});

it('says everything at once, errors first, and what could not be seen last', () => {
  const facts = withRegistry('base', { adminUser: true, retentionDays: 7, subscriptions: unseen });

  expect(diagnose(facts).map(({ severity }) => severity)).toEqual(['error', 'warning', 'unseen']);
});

it('names the right that is missing to look', () => {
  const facts = withRegistry('team', { tasks: { ...unseen, right: 'the role "Reader" on the registry' } });

  expect(diagnose(facts)).toMatchObject([
    { fix: 'sign in as somebody who has the role "Reader" on the registry, and call this again' },
  ]);
});
