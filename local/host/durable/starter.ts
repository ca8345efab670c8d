/** Starts instances for clients: checks name and id, and puts the instance into the store with its first message. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { FunctionApp } from '../app/function-app.ts';
import type { Log } from '../log.ts';
import { executionStarted, newExecutionId } from './history.ts';
import { instanceIdProblem } from './instance-id.ts';
import { jsonText } from './json-text.ts';
import type { Store } from './store.ts';
import { inputTraps } from './traps.ts';

export class StartRefused extends Error {
  readonly code: 'UnknownOrchestrator' | 'UnknownInstance' | 'BadInstanceId' | 'AlreadyExists';

  constructor(code: StartRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface StartRequest {
  name: string;
  /** A new one is made when absent. */
  instanceId: string | undefined;
  input: unknown;
}

export interface StarterOptions {
  app: FunctionApp;
  store: Store;
  clock: Clock;
  log: Log;
}

/** What it answers gives the instance's id, or throws `StartRefused`. */
export function starter({ app, store, clock, log }: StarterOptions): (request: StartRequest) => string {
  return ({ name: wantedName, instanceId = randomUUID().replaceAll('-', ''), input }) => {
    const name = orchestratorNamed(wantedName, app);
    const problem = instanceIdProblem(instanceId);
    if (problem) throw new StartRefused('BadInstanceId', problem);
    for (const trap of inputTraps(input)) {
      log({ level: 'warning', functionName: name, message: `${instanceId}: ${trap}` });
    }
    const start = { instanceId, executionId: newExecutionId(), name, input: jsonText(input) };
    const existing = store.createInstance(executionStarted(start, clock.now()), clock.now());
    if (existing) {
      throw new StartRefused('AlreadyExists', `instance "${instanceId}" already exists and is ${existing}`);
    }
    return instanceId;
  };
}

function orchestratorNamed(name: string, app: FunctionApp): string {
  const fn = app.find(name);
  if (fn?.trigger.type === 'orchestrationTrigger') return fn.name;
  const known = app.triggeredBy('orchestrationTrigger').map((one) => one.name);
  const message = `the function '${name}' doesn't exist or is not an orchestrator; the orchestrators are: ${known.join(', ')}`;
  throw new StartRefused('UnknownOrchestrator', message);
}
