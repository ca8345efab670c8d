/** Which right is needed where, by this policy: the map of roles, laid over the registries, groups and vault that there are. */
import type { Facts, Registry } from './facts.ts';
import { valueOf } from './finding.ts';
import { secretsIn } from '../container-group.ts';
import type { App } from '../policy.ts';
import type { Host } from '../reference.ts';
import { grants } from './role-map.ts';
import type { Grant, Place } from './roles.ts';

export interface Need {
  /** `app`, or the id of an identity that container groups pull with. */
  who: string;
  /** As the map has it. */
  role: string;
  scope: string;
  /** For a person: `registry teamregistry`. */
  place: string;
  because: string;
  /** This policy calls for it. Otherwise it is only not too much: the templates give it to every system. */
  required: boolean;
  /** Where permissions are by repository: these have to be within reach. */
  repositories: string[];
}

/** Of places that were seen; what is not there is another finding. */
export function needsOf(facts: Facts): Need[] {
  const { policy, settings, subscription } = facts;
  const apps = Object.values(policy.apps);
  const vault = valueOf(facts.vault);
  const groups = [...new Set(apps.map(({ resourceGroup }) => resourceGroup))];
  return [
    ...Object.values(valueOf(facts.registries) ?? {}).flatMap((registry) => registryNeeds(registry, facts)),
    ...groups.flatMap((name) =>
      appNeeds('apps', { scope: `${subscription}/resourceGroups/${name}`, place: `resource group ${name}` }),
    ),
    ...Object.keys(facts.pulls).flatMap((id) =>
      appNeeds('pullIdentity', { scope: id, place: `identity ${id.split('/').at(-1)}` }),
    ),
    ...(vault
      ? [
          ...appNeeds('vault', { scope: vault.id, place: 'the key vault' }, () => secretNames(policy).length > 0),
          ...appNeeds('signingKey', {
            scope: `${vault.id}/keys/${settings.signingKey}`,
            place: `key ${settings.signingKey}`,
          }),
        ]
      : []),
    ...NAMED.flatMap(({ of, place, name }) => {
      const resource = valueOf(facts[of]);
      return resource ? appNeeds(place, { scope: resource.id, place: name }) : [];
    }),
  ];
}

const NAMED: { of: 'topic' | 'storage' | 'policyContainer' | 'telemetry'; place: Place; name: string }[] = [
  { of: 'topic', place: 'announcements', name: 'the topic for announcements' },
  { of: 'storage', place: 'storage', name: 'the storage account' },
  { of: 'policyContainer', place: 'policy', name: 'the container of the policy' },
  { of: 'telemetry', place: 'telemetry', name: 'Application Insights' },
];

type At = Pick<Need, 'scope' | 'place'>;

const appNeeds = (place: Place, at: At, required: (grant: Grant) => boolean = () => true): Need[] =>
  grants[place]
    .filter(({ to }) => to === 'app')
    .map((grant) => needOf('app', grant, { ...at, required: required(grant), repositories: [] }));

const needOf = (who: string, { role, because }: Grant, at: Omit<Need, 'who' | 'role' | 'because'>): Need => ({
  who,
  role,
  because,
  ...at,
});

/** A registry may be several things at once, or, when only a setting names it, what the policy may make of it. */
function registryNeeds(registry: Registry, { policy, settings, pulls }: Facts): Need[] {
  const { id: scope, name, host, byRepository } = registry;
  const at = { scope, place: `registry ${name}` };
  if (host === settings.quarantine) return appNeeds('quarantine', at);

  const gates = Object.values(policy.gates).filter(({ to }) => to.host === host);
  const images = Object.values(policy.images).filter((image) => image.host === host);
  const builds = images.some(({ build }) => build);
  const open = gates.length === 0 && images.length === 0;
  const moved = gates.filter(({ mode }) => mode === 'enforce').map(({ to }) => to.repository);
  const base = { place: 'base', used: moved, needed: () => moved.length > 0 } as const;
  const team = {
    place: 'team',
    used: images.map(({ repository }) => repository),
    needed: ({ role }: Grant) => images.length > 0 && (builds || role !== 'gated-import run operator'),
  } as const;
  const parts = [...(open || gates.length > 0 ? [base] : []), ...(open || images.length > 0 ? [team] : [])];
  const pulled = pullsOf(Object.values(policy.apps)).filter((pull) => pull.host === host);
  return parts.flatMap(({ place, used, needed }) =>
    grants[byRepository ? (`${place}ByRepository` as const) : place].flatMap((grant) => {
      if (grant.to === 'app')
        return needOf('app', grant, { ...at, required: needed(grant), repositories: unique(used) });
      return Object.keys(pulls).map((id) => {
        const repositories = pulled.filter((pull) => pull.id === id).flatMap((pull) => pull.repositories);
        return needOf(id, grant, { ...at, required: repositories.length > 0, repositories });
      });
    }),
  );
}

const unique = (names: string[]): string[] => [...new Set(names)];

/** Every secret that the policy names, each once. */
export const secretNames = (policy: Facts['policy']): string[] =>
  secretsIn([Object.values(policy.upstreams), Object.values(policy.apps).map(({ group }) => group)]);

/** Who pulls the app's image, by host: what its group file names as the identity for that registry. */
export function pullsOf(apps: App[]): { host: Host; id: string; repositories: string[] }[] {
  const found = new Map<string, { host: Host; id: string; repositories: string[] }>();
  for (const { image, group } of apps) {
    const id = identityFor(image.host, group);
    if (id === undefined) continue;
    const key = `${image.host} ${id.toLowerCase()}`;
    const { repositories = [] } = found.get(key) ?? {};
    found.set(key, { host: image.host, id, repositories: [...new Set([...repositories, image.repository])] });
  }
  return [...found.values()];
}

/** `imageRegistryCredentials` with an `identity`; one with a password needs no role. */
function identityFor(host: Host, group: App['group']): string | undefined {
  const logins = group.properties['imageRegistryCredentials'];
  if (!Array.isArray(logins)) return undefined;
  const login = logins.find((one: unknown): one is { server: string; identity: string } => {
    const { server, identity } = (one ?? {}) as Record<string, unknown>;
    return server === host && typeof identity === 'string';
  });
  return login?.identity;
}
