/** Rights: what each identity lacks, and what no call needs. */
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../shared/domain/doctor/diagnose.ts';
import type { Facts } from '../../../../shared/domain/doctor/facts.ts';
import { grants } from '../../../../shared/domain/doctor/role-map.ts';
import {
  assigned,
  CONTAINER,
  definitions,
  goodFacts,
  holder,
  PULL,
  registryId,
  roleNamed,
  seen,
  STORAGE,
  SUBSCRIPTION,
  VAULT,
  withAssignments,
  without,
  withRegistry,
} from './good-facts.ts';
import { said } from './said.ts';

it('says nothing of an estate whose registries are of the old kind, with the roles of the old kind', () => {
  const old: Record<string, string[]> = {
    'Container Registry Repository Writer': ['AcrPush', 'gated-import locker'],
    'Container Registry Repository Reader': ['AcrPull'],
  };
  const facts = withRegistry('base', { byRepository: false });
  const assignments = Object.entries(facts.assignments).map(([objectId, held]) => {
    const all = held.kind === 'seen' ? held.value : [];
    const instead = all.flatMap((each) => {
      if (each.scope !== registryId('base')) return [each];
      return (old[each.role.name] ?? [each.role.name]).map((role) => assigned(role, each.scope));
    });
    return [objectId, seen(instead)];
  });

  expect(diagnose({ ...facts, assignments: Object.fromEntries(assignments) as Facts['assignments'] })).toEqual([]);
});

describe('a right', () => {
  const places: Record<string, string> = {
    quarantine: registryId('quarantine'),
    baseByRepository: registryId('base'),
    teamByRepository: registryId('team'),
    apps: `${SUBSCRIPTION}/resourceGroups/web-rg`,
    pullIdentity: PULL,
    vault: VAULT,
    signingKey: `${VAULT}/keys/promotions`,
    storage: STORAGE,
    policy: CONTAINER,
  };
  const isUsed = (place: string, to: string) => to === 'app' || place.startsWith('team');
  const all = Object.entries(places).flatMap(([place, scope]) =>
    grants[place as keyof typeof grants]
      .filter(({ to }) => isUsed(place, to))
      .map(({ to, role, because }) => ({ place, to, role, scope, because })),
  );

  it.each(all)('says that $to lacks $role when it was taken away on $place', ({ to, role, scope, because }) => {
    const found = diagnose(withAssignments(`oid-${to}`, without(role, scope)));

    expect(found).toMatchObject([{ severity: 'error', code: 'missing-right', where: scope, why: because }]);
    expect(found[0]?.what).toContain(`lacks the role "${role}"`);
    expect(found[0]?.fix).toContain(`--role "${roleNamed(role).name}" --scope ${scope}`);
  });

  it.each([
    [
      'of a group or a subscription above',
      assigned('AcrPush', `${SUBSCRIPTION}/resourceGroups/gated-rg`),
      'wide-right',
    ],
    [
      'of another name that allows as much',
      {
        ...assigned('AcrPush', registryId('quarantine')),
        role: { ...roleNamed('AcrPush'), guid: 'another', name: 'pusher' },
      },
      undefined,
    ],
  ])('takes a role %s for the one that is needed', (_, instead, code) => {
    const found = diagnose(
      withAssignments('oid-app', (held) => [...without('AcrPush', registryId('quarantine'))(held), instead]),
    );

    expect(found.map((one) => one.code)).toEqual(code === undefined ? [] : [code]);
  });

  it('finds a condition that leaves out a repository of the policy', () => {
    const condition = "((!(ActionMatches{'a'})) OR (@Request[x:name] StringStartsWithIgnoreCase 'shop/'))";
    const limited = assigned('Container Registry Repository Writer', registryId('base'), condition);

    expect(
      said(
        withAssignments('oid-app', (held) => [
          ...without('Container Registry Repository Writer', registryId('base'))(held),
          limited,
        ]),
      ),
    ).toEqual([
      'error missing-right: the app has the role "Container Registry Repository Writer" on registry base, but not for every repository of the policy (node)',
    ]);
  });

  it.each(["StringStartsWithIgnoreCase 'no'", "StringEquals 'node'"])(
    'lets a condition be that reaches it: %s',
    (condition) => {
      const limited = assigned('Container Registry Repository Writer', registryId('base'), condition);
      const change = without('Container Registry Repository Writer', registryId('base'));

      expect(said(withAssignments('oid-app', (held) => [...change(held), limited]))).toEqual([]);
    },
  );

  it('asks for no right in the target of a gate that only observes', () => {
    const facts = withAssignments('oid-app', (held) => held.filter(({ scope }) => scope !== registryId('base')));
    const [node] = Object.values(facts.policy.gates);
    if (!node) throw new Error('the policy has a gate');
    const gates = { node: { ...node, mode: 'observe' as const } };

    expect(said({ ...facts, policy: { ...facts.policy, gates } })).toEqual([]);
  });

  it.each([
    ['Owner', SUBSCRIPTION, /no call needs more than/],
    ['Contributor', registryId('quarantine'), /no call needs more than/],
    ['AcrPush', registryId('base'), /^no call needs it$/],
    ['Key Vault Secrets User', VAULT, /also allows .*readMetadata\/action, which no call needs/],
    ['Container Registry Repository Writer', registryId('team'), /also allows .*content\/write.*, which no call needs/],
    ['AcrPull', `${SUBSCRIPTION}/resourceGroups/gated-rg`, /needed on registry quarantine alone/],
  ])('warns of %s on %s', (role, scope, why) => {
    const found = diagnose(withAssignments('oid-app', (held) => [...held, assigned(role, scope)]));

    expect(found).toMatchObject([{ severity: 'warning', code: 'wide-right', where: scope }]);
    expect(found[0]?.why).toMatch(why);
    expect(found[0]?.fix).toBe(
      `az role assignment delete --ids ${scope}/providers/Microsoft.Authorization/roleAssignments/${role}`,
    );
  });

  it('is given where it is needed before a wider one is taken away', () => {
    const group = `${SUBSCRIPTION}/resourceGroups/gated-rg`;
    const [found] = diagnose(
      withAssignments('oid-app', (held) => [
        ...without('AcrPush', registryId('quarantine'))(held),
        assigned('AcrPush', group),
      ]),
    );

    expect(found?.fix.split('\n')).toEqual([
      `az role assignment create --assignee-object-id oid-app --assignee-principal-type ServicePrincipal --role "AcrPush" --scope ${registryId('quarantine')}`,
      `az role assignment delete --ids ${group}/providers/Microsoft.Authorization/roleAssignments/AcrPush`,
    ]);
  });

  it('says that the templates define a role which Azure does not have', () => {
    const facts = withAssignments('oid-app', without('gated-import locker', registryId('quarantine')));
    const fewer = definitions.filter(({ name }) => !name.startsWith('gated-import locker'));

    expect(diagnose({ ...facts, definitions: seen(fewer) })).toMatchObject([
      { code: 'missing-right', fix: expect.stringContaining('deploy infra/main.bicep') as string },
    ]);
  });

  it('warns when the identity of a build task may not pull the base', () => {
    expect(said(withAssignments('oid-task', (held) => held.slice(1)))).toEqual([
      'warning missing-right: the task "hello-build" lacks the role "Container Registry Repository Reader" on registry base (Microsoft.ContainerRegistry/registries/repositories/content/read, Microsoft.ContainerRegistry/registries/repositories/metadata/read)',
    ]);
  });

  const limited = (name: string) => `@Request[repositories:name] StringStartsWithIgnoreCase '${name}'`;

  it.each([
    ['Container Registry Repository Writer', undefined],
    ['Container Registry Repository Contributor', limited('no')],
  ])('of somebody else to push to the target is a warning: %s %s', (role, condition) => {
    const facts = withRegistry('base', { holders: seen([holder('oid-shop', role, condition)]) });

    expect(diagnose(facts)).toMatchObject([
      {
        severity: 'warning',
        code: 'second-writer',
        what: `ServicePrincipal oid-shop has the role "${role}" on registry base, and may push there`,
        why: 'whoever it is can move the stable tag of gate node, past every check',
      },
    ]);
  });

  it.each([
    ['AcrPush', undefined],
    ['Container Registry Repository Writer', limited('shop/')],
  ])('of somebody else that moves no stable tag is none of our business: %s %s', (role, condition) => {
    const facts = withRegistry('base', { holders: seen([holder('oid-shop', role, condition)]) });

    expect(said(facts)).toEqual([]);
  });

  it('is not said to be of no use on what is out of sight', () => {
    const unseen = { kind: 'unseen' as const, what: 'the key vaults', where: 'there', why: 'it was answered 403' };

    expect(said({ ...goodFacts(), vault: unseen })).toEqual(['unseen not-seen: the key vaults could not be looked at']);
  });
});
