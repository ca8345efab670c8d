/** What is wrong with a call before it is scheduled fails the orchestration, as in the extension: a name nobody has, an id that cannot be. */
import type { ExecutionStarted } from './history.ts';
import { instanceIdProblem } from './instance-id.ts';

type Kind = 'activity' | 'orchestrator';

export function checkFunction(name: string, kind: Kind, known: readonly string[]): void {
  const problem = missingFunction(name, kind, known);
  if (problem !== undefined) throw new Error(problem);
}

/** `undefined`: there is such a function. Case counts for nothing. */
export function missingFunction(name: string, kind: Kind, known: readonly string[]): string | undefined {
  if (known.includes(name) || known.some((one) => one.toLowerCase() === name.toLowerCase())) return undefined;
  const all = { activity: 'activities', orchestrator: 'orchestrators' }[kind];
  const names = known.map((one) => `'${one}'`).join(', ');
  return `The function '${name}' doesn't exist or is not an ${kind}. The ${all} are: ${names}.`;
}

/** An instance that waits for itself, or for the one that waits for it, would never end. */
export function checkChildId(id: string, start: ExecutionStarted | undefined): void {
  const problem = instanceIdProblem(id);
  if (problem) throw new Error(problem);
  const above = [start?.OrchestrationInstance, start?.ParentInstance?.OrchestrationInstance];
  if (above.some((one) => one?.InstanceId.toLowerCase() === id.toLowerCase())) {
    throw new Error(
      'The instance ID of a sub-orchestration must be different than the instance ID of a parent orchestration.',
    );
  }
}
