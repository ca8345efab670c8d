/**
 * What one app registered: its functions and its hooks.
 *
 * Functions are found by name without regard to case, as the Azure host finds them. After `lock` nothing more can be registered.
 */
import { HOOK_NAMES, type Binding, type FunctionCallback, type FunctionMetadata, type Hook } from './core-api.ts';
import type { HookName } from './core-api.ts';

export interface RegisteredFunction {
  name: string;
  metadata: FunctionMetadata & { functionId: string };
  callback: FunctionCallback;
  trigger: { bindingName: string; type: string; binding: Binding };
}

export class FunctionApp {
  readonly hookData: Record<string, unknown> = {};
  readonly #functions = new Map<string, RegisteredFunction>();
  readonly #hooks = new Map<HookName, Hook[]>(HOOK_NAMES.map((name) => [name, []]));
  #locked = false;

  get functions(): RegisteredFunction[] {
    return [...this.#functions.values()];
  }

  find(name: string): RegisteredFunction | undefined {
    return this.#functions.get(name.toLowerCase());
  }

  /** The functions with a trigger of this type, e.g. `httpTrigger`. */
  triggeredBy(type: string): RegisteredFunction[] {
    return this.functions.filter(({ trigger }) => trigger.type === type);
  }

  hooks(name: HookName): readonly Hook[] {
    return this.#hooks.get(name) ?? [];
  }

  withdraw(name: string): void {
    this.#functions.delete(name.toLowerCase());
  }

  lock(): void {
    this.#locked = true;
  }

  /** Answers what takes the registration back. */
  register(metadata: FunctionMetadata, callback: FunctionCallback): () => void {
    const { name } = metadata;
    if (this.#locked) throw systemError(new Error(`function "${name}" was registered after the app had started`));
    const key = name.toLowerCase();
    if (this.#functions.has(key)) throw systemError(new Error(`a function named "${name}" is registered twice`));
    const trigger = triggerOf(metadata);
    const functionId = metadata.functionId ?? name;
    this.#functions.set(key, { name, metadata: { ...metadata, functionId }, callback, trigger });
    return () => this.withdraw(name);
  }

  addHook(name: string, hook: Hook): () => void {
    const hooks = this.#hooks.get(name as HookName);
    if (!hooks) throw systemError(new RangeError(`unknown hook "${name}"; known: ${HOOK_NAMES.join(', ')}`));
    hooks.push(hook);
    return () => void hooks.splice(hooks.indexOf(hook), hooks.includes(hook) ? 1 : 0);
  }
}

function triggerOf({ name, bindings }: FunctionMetadata): RegisteredFunction['trigger'] {
  const triggers = Object.entries(bindings).filter(([, { type }]) => /trigger$/i.test(type));
  const [first] = triggers;
  if (!first || triggers.length > 1) {
    throw systemError(new Error(`function "${name}" has ${triggers.length} triggers; it must have exactly one`));
  }
  const [bindingName, binding] = first;
  return { bindingName, type: binding.type.charAt(0).toLowerCase() + binding.type.slice(1), binding };
}

/** The library treats errors with this mark as the host's, not the app's. */
const systemError = <E extends Error>(error: E): E => Object.assign(error, { isAzureFunctionsSystemError: true });
