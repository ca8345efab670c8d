/** Refuses, before anything runs, an app that uses triggers, bindings or options that this host does not run. */
import { CORE_TOOLS, HostError } from '../host-error.ts';
import type { FunctionApp, RegisteredFunction } from './function-app.ts';

const TRIGGERS = ['httpTrigger', 'timerTrigger', 'eventGridTrigger', 'orchestrationTrigger', 'activityTrigger'];

/** Throws one `HostError` that names every problem. */
export function checkApp(app: FunctionApp): void {
  const problems = app.functions.flatMap(problemsOf);
  if (problems.length === 0) return;
  throw new HostError('NotSupported', `not run by this local host: ${problems.join('; ')}. ${CORE_TOOLS}`);
}

function problemsOf({ name, trigger, metadata }: RegisteredFunction): string[] {
  const problems: string[] = [];
  if (trigger.binding['durableRequiresGrpc']) {
    problems.push(`function "${name}" is of durable-functions 4 or newer (only 3.x is run)`);
  }
  if (!TRIGGERS.includes(trigger.type)) problems.push(`function "${name}" has a trigger of type ${trigger.type}`);
  if (metadata.retryOptions) problems.push(`function "${name}" has a retry policy`);
  for (const [bindingName, { type, direction }] of Object.entries(metadata.bindings)) {
    if (bindingName === trigger.bindingName) continue;
    const known = direction === 'out' ? bindingName === '$return' && type === 'http' : type === 'durableClient';
    if (!known) problems.push(`function "${name}" has a binding of type ${type}`);
  }
  return problems;
}
