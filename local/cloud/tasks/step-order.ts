/**
 * What each step waits for. Without `when`: the step before it; `when: ["-"]`: nothing; else the steps it names, which come before it in the
 * file (https://github.com/Azure/acr-builder, graph/dag.go).
 */
import { RunFailed } from './failures.ts';

const AT_ONCE = '-';

/** Answers the ids that each step waits for. Throws for an order that cannot be. */
export function stepOrder(steps: { id: string; when: string[] }[]): string[][] {
  const earlier = new Set<string>();
  return steps.map(({ id, when }, index) => {
    if (earlier.has(id)) throw new RunFailed(`duplicate step id: ${id}`);
    if (when.includes(AT_ONCE) && when.length > 1) throw new RunFailed(`step ${id}: "-" in when stands alone`);
    const after = when.filter((name) => name !== AT_ONCE);
    for (const name of after) {
      if (!earlier.has(name)) throw new RunFailed(`step ${id}: when names "${name}", which is no earlier step`);
    }
    earlier.add(id);
    const before = steps[index - 1];
    return when.length > 0 || before === undefined ? [...new Set(after)] : [before.id];
  });
}
