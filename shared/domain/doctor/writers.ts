/**
 * Who else may move a stable tag: identities with a role of their own on a registry that gates promote to.
 *
 * Who has it from a group or subscription above is left out, since everybody who administers those has.
 */
import type { Facts, Registry } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import { allows, reaches, type Permissions } from './roles.ts';

export function writerFindings(facts: Facts): Finding[] {
  const app = valueOf(facts.app);
  if (!app) return [];
  const gates = Object.values(facts.policy.gates);
  return Object.values(valueOf(facts.registries) ?? {}).flatMap((registry) => {
    const own = gates.filter(({ to }) => to.host === registry.host);
    return (valueOf(registry.holders) ?? [])
      .filter(({ objectId, assignment }) => objectId !== app.objectId && mayPush(assignment.role, registry))
      .flatMap(({ objectId, kind, assignment: { id, role, condition } }): Finding[] => {
        const moved = own.filter(({ to }) => reaches(condition, [to.repository]));
        if (moved.length === 0) return [];
        return [
          {
            code: 'second-writer',
            severity: 'warning',
            what: `${kind} ${objectId} has the role "${role.name}" on registry ${registry.name}, and may push there`,
            where: registry.id,
            why: `whoever it is can move the stable tag of ${moved.map(({ name }) => `gate ${name}`).join(', ')}, past every check`,
            fix: `az role assignment delete --ids ${id}, or limit it by a condition to repositories that no gate promotes to`,
          },
        ];
      });
  });
}

/** Of the two kinds of permissions only the one counts that the registry has. */
const mayPush = (role: Permissions, { byRepository }: Registry): boolean =>
  byRepository
    ? allows(role, { dataAction: 'Microsoft.ContainerRegistry/registries/repositories/content/write' })
    : allows(role, { action: 'Microsoft.ContainerRegistry/registries/push/write' });
