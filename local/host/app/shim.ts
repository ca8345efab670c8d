/**
 * Makes `require('@azure/functions-core')` work, which is how `@azure/functions` finds its host.
 *
 * No package of that name exists: Azure's worker answers the id from memory, by replacing `Module.prototype.require`, and so does this.
 * It reaches ES modules too, since the library itself is CommonJS. The library remembers the object for the life of the process, so
 * the object lives that long here, and `newApp` changes which app the registrations that follow belong to.
 */
import Module from 'node:module';
import type { FunctionCallback, FunctionMetadata, Hook, ProgrammingModel } from './core-api.ts';
import { FunctionApp } from './function-app.ts';

/** What the app may read; the numbers are those of the Azure host this one was compared with. */
const WORKER_VERSION = '3.13.0';
export const HOST_VERSION = '4.1044.0';

export interface Shim {
  /** The app that registrations go to now. */
  readonly app: FunctionApp;
  /** Starts an empty app: what is registered from now on belongs to it. */
  newApp(): FunctionApp;
  /** Set by `@azure/functions` when it is loaded. */
  readonly model: ProgrammingModel | undefined;
  /** Where lines go that the library writes outside of an invocation. */
  onLog: (level: string, message: string) => void;
}

let installed: Shim | undefined;

/** Has to be called before anything loads `@azure/functions` or `durable-functions`. May be called again. */
export function installShim(): Shim {
  if (installed) return installed;
  let app = new FunctionApp();
  let model: ProgrammingModel | undefined;
  const shim: Shim = {
    get app() {
      return app;
    },
    get model() {
      return model;
    },
    newApp: () => (app = new FunctionApp()),
    onLog: () => {},
  };
  const core = {
    version: WORKER_VERSION,
    hostVersion: HOST_VERSION,
    Disposable,
    setProgrammingModel: (next: ProgrammingModel) => void (model = next),
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
      new Disposable(app.register(metadata, callback)),
    registerHook: (name: string, hook: Hook) => new Disposable(app.addHook(name, hook)),
    log: (level: string, _category: string, message: string) => shim.onLog(level, message),
  };
  answerRequire('@azure/functions-core', core);
  return (installed = shim);
}

function answerRequire(id: string, value: unknown): void {
  const original = Module.prototype.require;
  Module.prototype.require = Object.assign(function (this: NodeJS.Module, wanted: string): unknown {
    return wanted === id ? value : original.call(this, wanted);
  }, original);
}

class Disposable {
  #dispose: (() => void) | undefined;

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  static from(...all: { dispose(): void }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }

  dispose(): void {
    const dispose = this.#dispose;
    this.#dispose = undefined;
    dispose?.();
  }
}
