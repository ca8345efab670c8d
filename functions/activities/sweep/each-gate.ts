/** Does something for every gate of a batch, several at once; what goes wrong with one is said and stops no other. */
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Policies } from '../../../shared/ports/policies.ts';
import { gateOf } from '../policy-of.ts';

/** Of one batch, and several run side by side. Few: this is upkeep, and every gate is several questions to one registry. */
const AT_ONCE = 4;

/** Answers what went wrong. A gate that is not in the policy any more is left out. */
export async function eachGate(
  policies: Policies,
  gates: string[],
  work: (gate: Gate) => Promise<string[]>,
): Promise<string[]> {
  const problems: string[] = [];
  const queue = [...gates];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      try {
        const gate = await gateOf(policies, name);
        if (gate) problems.push(...(await work(gate)));
      } catch (error) {
        problems.push(`gate "${name}": ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return problems;
}
