/** Rights that no call needs: of no use, at too wide a scope, or of a role that allows more than is needed. */
import type { Facts } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import type { Need } from './needs.ts';
import { give, missingRight, permissionsOf, required, type Holder } from './missing-rights.ts';
import { isAtOrBelow, notAllowed, type Assignment, type Permissions } from './roles.ts';

/** They give roles, or everything: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged */
const MIGHTY = ['Owner', 'Contributor', 'User Access Administrator', 'Role Based Access Control Administrator'];

/** `asked`: what the identity of the holder needs, or may have. */
export const wideRights = (asked: Need[], { facts, ...holder }: Holder & { facts: Facts }): Finding[] =>
  holder.held
    .filter(({ scope, role }) => isJudged(scope, facts) || MIGHTY.includes(role.name))
    .flatMap((assignment) => tooWide(assignment, { asked, holder }));

function tooWide(assignment: Assignment, { asked, holder }: { asked: Need[]; holder: Holder }): Finding[] {
  const { id, role, scope } = assignment;
  const served = asked.filter((need) => isAtOrBelow(need.scope, scope) && serves(assignment, need, holder));
  const why = whyTooWide(assignment, { served, holder });
  if (why === undefined) return [];
  const others = { ...holder, held: holder.held.filter((other) => other.id !== id) };
  const lost = required(served).filter((need) => missingRight(need, others).length > 0);
  return [
    {
      code: 'wide-right',
      severity: 'warning',
      what: `${holder.called} has the role "${role.name}" on ${scope.split('/').at(-1)}`,
      where: scope,
      why,
      // What is needed first, so that nothing stops in between.
      fix: [...lost.map((need) => give(need, holder)), `az role assignment delete --ids ${id}`].join('\n'),
    },
  ];
}

function whyTooWide(
  { role, scope }: Assignment,
  { served, holder }: { served: Need[]; holder: Holder },
): string | undefined {
  if (MIGHTY.includes(role.name))
    return 'whoever gets hold of the app would have all of that; no call needs more than docs/permissions.md lists';
  if (served.length === 0) return 'no call needs it';
  if (served.every((need) => need.scope.toLowerCase() !== scope.toLowerCase()))
    return `it is needed on ${[...new Set(served.map(({ place }) => place))].join(', ')} alone`;
  const needed = served.flatMap((need) => permissionsOf(need.role, holder.definitions) ?? []);
  const more = notAllowed(role, needed);
  return more.length > 0 ? `it also allows ${more.join(', ')}, which no call needs there` : undefined;
}

/** Whether the role allows anything of what the need asks for. */
function serves({ role }: Assignment, need: Need, { definitions }: Holder): boolean {
  const permissions = permissionsOf(need.role, definitions);
  return permissions !== undefined && notAllowed(permissions, [role]).length < countOf(permissions);
}

const countOf = ({ actions, dataActions }: Permissions): number => actions.length + dataActions.length;

/** What a role is for cannot be said of a place that is out of sight, or that the settings name wrongly. */
function isJudged(scope: string, facts: Facts): boolean {
  const places: [RegExp, boolean][] = [
    [/\/providers\/Microsoft\.ContainerRegistry\//i, allRegistriesSeen(facts)],
    [/\/providers\/Microsoft\.KeyVault\//i, facts.vault.kind === 'seen'],
    [/\/providers\/Microsoft\.EventGrid\//i, facts.topic.kind === 'seen'],
    [/\/providers\/Microsoft\.Storage\//i, isJudgedStorage(scope, facts)],
    [/\/providers\/Microsoft\.Insights\//i, facts.telemetry?.kind === 'seen'],
  ];
  return places.every(([place, judged]) => judged || !place.test(scope));
}

/** Where the policy is a folder of the app, the templates give its role on the container all the same. */
function isJudgedStorage(scope: string, { storage, policyContainer }: Facts): boolean {
  if (storage?.kind !== 'seen') return false;
  return policyContainer ? policyContainer.kind === 'seen' : isAtOrBelow(scope, storage.value.id);
}

function allRegistriesSeen({ registries, policy, settings }: Facts): boolean {
  const known = valueOf(registries);
  const targets = Object.values(policy.gates).map(({ to }) => to.host);
  const hosts = [settings.quarantine, ...targets, ...Object.values(policy.images).map(({ host }) => host)];
  return known !== undefined && hosts.every((host) => known[host] !== undefined);
}
