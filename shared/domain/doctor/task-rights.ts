/**
 * What the own identity of a build task lacks, to pull the bases that it is given and to push what it builds.
 *
 * Warnings: Azure does not show how a task logs in, and one with an identity may have another login.
 */
import type { Facts, Registry } from './facts.ts';
import { valueOf, type Finding } from './finding.ts';
import type { Need } from './needs.ts';
import { missingRight } from './missing-rights.ts';
import { sameId } from './roles.ts';

export function taskRightFindings(facts: Facts): Finding[] {
  const definitions = valueOf(facts.definitions);
  const registries = valueOf(facts.registries) ?? {};
  if (!definitions) return [];
  return Object.values(facts.policy.images).flatMap((image) => {
    const { build, host, repository } = image;
    const registry = registries[host];
    const task = (registry && valueOf(registry.tasks))?.find(({ name }) => build && sameId(name, build.task));
    const held = task?.objectId === undefined ? undefined : valueOf(facts.assignments[task.objectId]);
    if (!build || !registry || !task?.objectId || !held) return [];

    const bases = [...new Set(Object.values(build.pass))].flatMap((gate) => facts.policy.gates[gate]?.to ?? []);
    const needs = [
      ...bases.flatMap((base) => pulls(registries[base.host], base.repository)),
      ...(registry.byRepository ? [needOf(registry, { role: WRITER, repository, because: 'The task pushes' })] : []),
    ];
    const holder = { called: `the task "${task.name}"`, objectId: task.objectId, held, definitions };
    return (
      needs
        // In its own registry a run has a login, where permissions are not by repository.
        .filter(({ scope }) => scope !== registry.id || registry.byRepository)
        .flatMap((need) => missingRight(need, holder))
        .map((finding): Finding => ({
          ...finding,
          severity: 'warning',
          why: `${finding.why}, unless it has another login`,
        }))
    );
  });
}

const READER = 'Container Registry Repository Reader';
const WRITER = 'Container Registry Repository Writer';

const pulls = (registry: Registry | undefined, repository: string): Need[] =>
  registry
    ? [
        needOf(registry, {
          role: registry.byRepository ? READER : 'AcrPull',
          repository,
          because: 'The task pulls the base that it builds on',
        }),
      ]
    : [];

const needOf = (
  { id, name }: Registry,
  { role, repository, because }: { role: string; repository: string; because: string },
): Need => ({
  who: 'task',
  role,
  scope: id,
  place: `registry ${name}`,
  because,
  required: true,
  repositories: [repository],
});
