/** Registries: whether each is there, is in the mode that its part needs, is shut, and deletes nothing by itself. */
import type { Facts, Registry } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import type { Host } from '../reference.ts';

export function registryFindings(facts: Facts): Finding[] {
  const registries = valueOf(facts.registries);
  if (!registries) return [];
  return [
    ...notThere(facts, registries),
    ...Object.values(registries).flatMap(open),
    ...Object.values(registries).flatMap((registry) => deletes(registry, facts)),
    ...quarantineFindings(facts, registries[facts.settings.quarantine]),
    ...shared(facts),
    ...Object.values(registries).flatMap((registry) => importsFail(registry, facts)),
  ];
}

const hostsOf = ({ policy }: Facts): { host: Host; what: string }[] => [
  ...Object.values(policy.gates).map(({ name, to }) => ({ host: to.host, what: `gate ${name} promotes to` })),
  ...Object.values(policy.images).map(({ name, host }) => ({ host, what: `image ${name} is in` })),
];

function notThere(facts: Facts, registries: Record<string, Registry>): Finding[] {
  const wanted = [{ host: facts.settings.quarantine, what: 'QUARANTINE_REGISTRY names' }, ...hostsOf(facts)];
  const missing = wanted.filter(({ host }) => !registries[host]);
  const once = missing.filter(({ host }, index) => missing.findIndex((other) => other.host === host) === index);
  return once.map(({ host, what }) => ({
    code: 'no-registry',
    severity: 'error',
    what: `the registry ${host}, which ${what}, is not in the subscription`,
    where: facts.subscription,
    why: 'Azure imports into, and runs tasks in, registries of SUBSCRIPTION_ID alone',
    fix: 'correct the host in the settings or the policy, or SUBSCRIPTION_ID; or sign in as somebody who may read the registry',
  }));
}

function open({ id, name, adminUser, anonymousPull }: Registry): Finding[] {
  const found: Finding[] = [];
  if (adminUser) {
    found.push({
      code: 'admin-user',
      severity: 'warning',
      what: `the admin user of registry ${name} is enabled`,
      where: id,
      why: 'whoever has its password moves every tag, past the gate and past all roles',
      fix: `az acr update --name ${name} --admin-enabled false`,
    });
  }
  if (anonymousPull) {
    found.push({
      code: 'anonymous-pull',
      severity: 'warning',
      what: `registry ${name} lets anybody pull`,
      where: id,
      why: 'what is in it is public, before and after its checks',
      fix: `az acr update --name ${name} --anonymous-pull-enabled false`,
    });
  }
  return found;
}

function deletes({ id, name, host, retentionDays, softDeleteDays }: Registry, { settings, policy }: Facts): Finding[] {
  const isQuarantine = host === settings.quarantine;
  const isOurs =
    Object.values(policy.gates).some(({ to }) => to.host === host) ||
    Object.values(policy.images).some((image) => image.host === host);
  const found: Finding[] = [];
  if (retentionDays !== undefined && (isQuarantine || isOurs)) {
    found.push({
      code: 'retention',
      severity: 'error',
      what: `registry ${name} deletes what is untagged after ${retentionDays} days`,
      where: id,
      why: isQuarantine
        ? 'candidates have no tag, and the app itself removes those that nobody needs'
        : 'what runs by its digest, and what a rollback puts back, may have no tag any more',
      fix: `az acr config retention update --registry ${name} --type UntaggedManifests --status disabled`,
    });
  }
  if (softDeleteDays !== undefined && isQuarantine) {
    found.push({
      code: 'soft-delete',
      severity: 'warning',
      what: `registry ${name} keeps what was deleted for ${softDeleteDays} days`,
      where: id,
      why: 'every candidate that was rejected stays there, and is paid for',
      fix: `az acr config soft-delete update --registry ${name} --status disabled`,
    });
  }
  return found;
}

function quarantineFindings({ settings, policy, tools }: Facts, registry: Registry | undefined): Finding[] {
  if (!registry) return [];
  const { id, name } = registry;
  const found: Finding[] = [];
  if (registry.byRepository) {
    found.push({
      code: 'quarantine-mode',
      severity: 'error',
      what: `the permissions of the quarantine registry ${name} are by repository`,
      where: id,
      why: 'a run gets no login of its own there, so no check could pull its candidate',
      fix: `az acr update --name ${name} --role-assignment-mode rbac`,
    });
  }
  if (registry.closed && settings.agentPool === undefined) {
    found.push({
      code: 'no-agents',
      severity: 'error',
      what: `the quarantine registry ${name} is closed to the public network, and AGENT_POOL is not set`,
      where: id,
      why: 'the agents of Azure do not reach it, so no check runs',
      fix: `deploy infra/main.bicep with isPrivate = true, or make a pool in its network (az acr agentpool create --registry ${name} …) and set AGENT_POOL to its name`,
    });
  }
  if (registry.agentPool?.kind === 'absent') {
    found.push({
      code: 'no-agents',
      severity: 'error',
      what: `the quarantine registry ${name} has no agent pool "${settings.agentPool}"`,
      where: id,
      why: 'every check is scheduled there (AGENT_POOL), so none runs',
      fix: `az acr agentpool create --registry ${name} --name ${settings.agentPool} --tier S1, or correct AGENT_POOL`,
    });
  }
  const gates = Object.keys(policy.gates);
  const own = tools.filter(({ image }) => image.host === registry.host).map(({ image }) => String(image.repository));
  const foreign = (valueOf(registry.repositories) ?? []).filter(
    (repository) => !own.includes(repository) && !gates.some((gate) => repository.startsWith(`${gate}/`)),
  );
  if (foreign.length > 0) {
    found.push({
      code: 'quarantine-shared',
      severity: 'warning',
      what: `the quarantine registry ${name} holds what is of no gate: ${foreign.join(', ')}`,
      where: id,
      why: 'a check that got out of its sandbox has the login of this registry, and could change it',
      fix: [
        'move it to another registry; what a gate left behind that is gone may be deleted:',
        ...foreign.map((repository) => `az acr repository delete --name ${name} --repository ${repository}`),
      ].join('\n'),
    });
  }
  return found;
}

function shared(facts: Facts): Finding[] {
  const { quarantine } = facts.settings;
  const users = hostsOf(facts).filter(({ host }) => host === quarantine);
  if (users.length === 0) return [];
  return [
    {
      code: 'quarantine-shared',
      severity: 'error',
      what: `the quarantine registry is also the one that ${users.map(({ what }) => what).join(', and ')}`,
      where: quarantine,
      why: 'a check that got out of its sandbox has the login of this registry, and could move those tags',
      fix: 'give QUARANTINE_REGISTRY a registry of its own; infra/main.bicep makes one',
    },
  ];
}

function importsFail({ id, name, host, closed, letsAzureIn }: Registry, { settings, policy }: Facts): Finding[] {
  const imported = host === settings.quarantine || Object.values(policy.gates).some(({ to }) => to.host === host);
  if (!closed || letsAzureIn || !imported) return [];
  return [
    {
      code: 'closed-to-imports',
      severity: 'error',
      what: `registry ${name} is closed to the public network, and to the services that Azure trusts as well`,
      where: id,
      why: 'one registry imports from another as such a service',
      fix: `az acr update --name ${name} --allow-trusted-services true`,
    },
  ];
}
