/**
 * Runs one function of the app through the library's invocation model and the app's hooks, in the order of Azure's Node worker:
 * arguments, `preInvocation` hooks, the function, `postInvocation` hooks, response. Hooks may replace inputs, function, result and error.
 *
 * Every invocation is logged when it starts and ends, and fails when it takes longer than `functionTimeout` of host.json.
 * The code of a function that timed out cannot be stopped; its late answer is dropped.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../host-error.ts';
import type { Level, Log } from '../log.ts';
import type { Binding, CoreInvocationContext, FunctionCallback, ProgrammingModel, TypedData } from './core-api.ts';
import type { FunctionApp, RegisteredFunction } from './function-app.ts';

export interface Call {
  /** Data of the trigger. */
  trigger: TypedData;
  metadata?: Record<string, TypedData>;
  /** Says in the log which run this is, e.g. an instance id. */
  subject?: string;
  /** A new one when absent. */
  invocationId?: string;
  /** Sees what the function answered, after the hooks and before it is made into a response. */
  onResult?: (result: unknown) => void;
}

export interface Invoker {
  /** Answers the function's return value. Throws what the function threw, or an error for an unknown name. */
  invoke(name: string, call: Call): Promise<TypedData | null | undefined>;
  /** Resolves when no invocation runs. */
  idle(): Promise<void>;
}

export interface InvokerOptions {
  app: FunctionApp;
  model: () => ProgrammingModel | undefined;
  clock: Clock;
  log: Log;
  /** Data for an input binding that is not the trigger. */
  extraInput: (binding: Binding) => TypedData;
  /** Unlimited when absent. */
  timeoutMs?: number;
}

export function createInvoker(options: InvokerOptions): Invoker {
  const { app, clock, log } = options;
  let running = 0;
  let waiting: (() => void)[] = [];

  return {
    async invoke(name, call) {
      const fn = app.find(name);
      if (!fn) throw new Error(`the app has no function "${name}"`);
      const startedAt = clock.now();
      const subject = call.subject ? ` ${call.subject}` : '';
      const write = (level: Level, message: string) => log({ level, functionName: fn.name, message });
      running += 1;
      write('information', `started${subject}`);
      try {
        const answer = await withinTime(runFunction(fn, call, options), fn, options);
        write('information', `ok after ${clock.now() - startedAt} ms${subject}`);
        return answer;
      } catch (error) {
        write('error', `failed after ${clock.now() - startedAt} ms${subject}: ${describe(error)}`);
        throw error;
      } finally {
        running -= 1;
        if (running === 0) waiting.splice(0).forEach((resolve) => resolve());
      }
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

interface InvocationHook {
  hookData: object;
  appHookData: object;
  invocationContext: unknown;
  inputs: unknown[];
}

async function runFunction(fn: RegisteredFunction, call: Call, options: InvokerOptions) {
  const model = options.model();
  if (!model) throw new Error('@azure/functions was not loaded after the shim was installed');
  const { app } = options;
  const core = coreContext(fn, call, options);
  const invocation = await model.getInvocationModel(core);
  const { context, inputs } = await invocation.getArguments();
  const shared = { hookData: {}, appHookData: app.hookData, invocationContext: context };

  const before: InvocationHook & { functionCallback: FunctionCallback } = {
    ...shared,
    inputs,
    functionCallback: fn.callback,
  };
  core.state = 'preInvocationHooks';
  for (const hook of app.hooks('preInvocation')) await hook(before);

  const after: InvocationHook & { result: unknown; error: unknown } = {
    ...shared,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  core.state = 'invocation';
  try {
    after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }

  core.state = 'postInvocationHooks';
  for (const hook of app.hooks('postInvocation')) await hook(after);
  core.state = undefined;
  if (after.error !== null && after.error !== undefined) throw after.error;
  call.onResult?.(after.result);
  return (await invocation.getResponse(context, after.result)).returnValue;
}

function coreContext(
  fn: RegisteredFunction,
  { trigger, metadata = {}, invocationId = randomUUID() }: Call,
  { app, log, extraInput }: InvokerOptions,
): CoreInvocationContext {
  const extraInputs = Object.entries(fn.metadata.bindings)
    .filter(([name, { direction }]) => direction === 'in' && name !== fn.trigger.bindingName)
    .map(([name, binding]) => ({ name, data: extraInput(binding) }));
  return {
    invocationId,
    metadata: fn.metadata,
    state: undefined,
    request: {
      invocationId,
      functionId: fn.metadata.functionId,
      inputData: [{ name: fn.trigger.bindingName, data: trigger }, ...extraInputs],
      triggerMetadata: metadata,
    },
    log(level, category, message) {
      const entry = { level, category, message, hookData: {}, appHookData: app.hookData };
      for (const hook of app.hooks('log')) void hook(entry);
      log({ level: knownLevel(entry.level), functionName: fn.name, message: entry.message });
    },
  };
}

async function withinTime<T>(
  work: Promise<T>,
  fn: RegisteredFunction,
  { clock, timeoutMs }: InvokerOptions,
): Promise<T> {
  if (timeoutMs === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () =>
      reject(
        new Error(`Timeout value of ${timeoutMs / 1000} s (functionTimeout) was exceeded by function: ${fn.name}`),
      ),
    );
    work.then(resolve, reject).finally(cancel);
  });
}

const LEVELS = new Set<string>(['trace', 'debug', 'information', 'warning', 'error', 'critical'] satisfies Level[]);
const isLevel = (level: string): level is Level => LEVELS.has(level);
export const knownLevel = (level: string): Level => (isLevel(level) ? level : 'information');

/** The first line only: what an orchestrator throws carries its whole state behind it. */
function describe(error: unknown): string {
  const [message = ''] = messageOf(error).split('\n', 1);
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  const own = frames.filter((frame) => !/node_modules|node:/.test(frame)).slice(0, 5);
  return [message, ...own].join('\n');
}
