/** Everything that the doctor looks at, in one go: reads alone, as whoever is signed in. */
import type { Facts, Registry } from '../../shared/domain/doctor/facts.ts';
import { valueOf, type Seen } from '../../shared/domain/doctor/finding.ts';
import { pullsOf, secretNames } from '../../shared/domain/doctor/needs.ts';
import { sameId } from '../../shared/domain/doctor/roles.ts';
import type { Policy } from '../../shared/domain/policy.ts';
import { host as hostSchema, type Host } from '../../shared/domain/reference.ts';
import type { Credentials } from '../../shared/ports/images.ts';
import { policyVariables, type Settings } from '../../shared/settings.ts';
import type { Where } from '../app/where.ts';
import { lookAtHealth } from './look-at-health.ts';
import { lookAtRegistries } from './look-at-registries.ts';
import { lookAtGroups, lookAtResources } from './look-at-resources.ts';
import { lookAtIdentities, lookAtRoles } from './look-at-roles.ts';
import { lookAtVault, readSecret } from './look-at-vault.ts';
import { lookAtTools, lookAtUpstreams, type Logins } from './look-outside.ts';
import { registryLogin, repositoriesOf } from './registry-login.ts';
import type { Source } from './source.ts';

export interface Collecting {
  settings: Settings;
  policy: Policy;
  source: Source;
  /** Of the running app; without it, its health is not asked. */
  app?: Where | undefined;
}

export async function collect({ settings, policy, source, app }: Collecting): Promise<Facts> {
  const { arm, token, armEndpoint } = source;
  const subscription = `/subscriptions/${settings.subscriptionId}`;
  const { quarantineRegistry: quarantine, agentPool, signingKey, keyVaultUrl: url } = settings;
  const vaultAsked = { subscription, url, signingKey, secrets: secretNames(policy), arm, token };
  const logins: Logins = {
    secret: (name) => readSecret(vaultAsked, name),
    own: once((host) => registryLogin(host, () => token(`${armEndpoint}/.default`))),
  };
  const hosts = [...hostsOf(policy, settings), ...named(source.values)];

  const [identities, registries, vault, resources, groups, upstreams, health] = await Promise.all([
    lookAtIdentities(arm, {
      subscription,
      objectId: source.appObjectId,
      clientId: settings.managedIdentityClientId,
      pulls: [...new Set(pullsOf(Object.values(policy.apps)).map(({ id }) => id))],
    }),
    lookAtRegistries(arm, { subscription, hosts, quarantine, agentPool }),
    lookAtVault(vaultAsked),
    lookAtResources(arm, subscription, settings),
    lookAtGroups(arm, subscription, policy),
    lookAtUpstreams(policy, logins),
    app ? lookAtHealth(app) : undefined,
  ]);
  const known = valueOf(registries) ?? {};
  const own = [identities.app, ...Object.values(identities.pulls)].map((seen) => valueOf(seen)?.objectId);
  const topics = Object.values(known).map(({ topic }) => topic?.objectId);
  const objectIds = [...new Set([...own, ...builders(policy, known), ...topics])].filter((id) => id !== undefined);
  const targets = Object.values(policy.gates).flatMap(({ to }) => known[to.host] ?? []);
  const scopes = [...new Set(targets.map(({ id }) => id))];
  const [{ holders, ...roles }, tools, repositories] = await Promise.all([
    lookAtRoles(arm, { subscription, objectIds, scopes }),
    lookAtTools(policy, { images: toolSettings(settings), registries: known, logins }),
    known[quarantine] && repositoriesIn(known[quarantine], logins),
  ]);
  return {
    subscription,
    policy,
    settings: { quarantine, signingKey, ...(agentPool === undefined ? {} : { agentPool }) },
    ...identities,
    ...roles,
    registries: withFound(registries, (registry) => ({
      ...(holders[registry.id] ? { holders: holders[registry.id] } : {}),
      ...(repositories && registry.host === quarantine ? { repositories } : {}),
    })),
    vault,
    ...resources,
    ...groups,
    upstreams,
    tools,
    ...(health ? { health } : {}),
    ...(source.functionApp ? { functionApp: source.functionApp } : {}),
  };
}

/** Object ids of the tasks that build images. */
const builders = ({ images }: Policy, registries: Record<string, Registry>): (string | undefined)[] =>
  Object.values(images).map(({ host, build }) => {
    const tasks = valueOf(registries[host]?.tasks) ?? [];
    return tasks.find(({ name }) => build && sameId(name, build.task))?.objectId;
  });

function withFound(
  registries: Facts['registries'],
  found: (registry: Registry) => Partial<Registry>,
): Facts['registries'] {
  if (registries.kind !== 'seen') return registries;
  const all = Object.entries(registries.value).map(([host, registry]) => [host, { ...registry, ...found(registry) }]);
  return { kind: 'seen', value: Object.fromEntries(all) as Record<string, Registry> };
}

const repositoriesIn = async ({ host }: Registry, logins: Logins): Promise<Seen<string[]>> =>
  repositoriesOf(host, await logins.own(host));

/** By the name of the setting. */
const toolSettings = ({ runnerImage, probeImage }: Settings): Record<string, string> => ({
  RUNNER_IMAGE: runnerImage,
  ...(probeImage === undefined ? {} : { PROBE_IMAGE: probeImage }),
});

function hostsOf({ gates, images }: Policy, { quarantineRegistry, runnerImage, probeImage }: Settings): Host[] {
  const named = [runnerImage, probeImage ?? ''].map((image) => image.split('/')[0] as Host);
  return [
    quarantineRegistry,
    ...Object.values(gates).flatMap(({ from, to }) => [from.host, to.host]),
    ...Object.values(images).map(({ host }) => host),
    ...named,
  ];
}

/** Registries that settings name for the policy, whether it uses them yet or not. */
const named = (values: Record<string, string>): Host[] =>
  Object.values(policyVariables(values)).flatMap((value) => hostSchema.safeParse(value).data ?? []);

function once(ask: (host: Host) => Promise<Seen<Credentials>>): (host: Host) => Promise<Seen<Credentials>> {
  const answers = new Map<Host, Promise<Seen<Credentials>>>();
  return (host) => {
    const answer = answers.get(host) ?? ask(host);
    answers.set(host, answer);
    return answer;
  };
}
