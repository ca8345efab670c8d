/**
 * Loads an app by the rules of Azure's Node worker: every file that `main` of its package.json matches, `import` for ES modules and
 * `require` for the rest, then the `appStart` hooks; after that nothing more can be registered.
 *
 * Functions that a setting disables are left out. Modules are loaded once per process, so a second load of a folder answers what the first
 * one registered.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { CORE_TOOLS, HostError, messageOf } from '../host-error.ts';
import { entryPoints } from './entry-points.ts';
import type { FunctionApp } from './function-app.ts';
import { isDisabled } from './settings.ts';
import { installShim } from './shim.ts';

const packageJson = z.object({ main: z.string(), type: z.string().optional() });
const loaded = new Map<string, Promise<LoadedApp>>();

export interface LoadedApp {
  app: FunctionApp;
  /** Where the library takes HTTP requests itself, for an app with `enableHttpStream`. */
  streamTo: string | undefined;
}

export function loadApp(appFolder: string): Promise<LoadedApp> {
  const folder = resolve(appFolder);
  const app = loaded.get(folder) ?? load(folder);
  loaded.set(folder, app);
  return app;
}

async function load(folder: string): Promise<LoadedApp> {
  const { main, type } = readPackageJson(folder);
  const files = entryPoints(main, folder);
  if (files.length === 0) {
    const hint = existsSync(join(folder, 'tsconfig.json')) ? '; is it built (`npm run build` in its folder)?' : '';
    throw new HostError('AppNotLoaded', `"main" of ${folder}/package.json is "${main}", which matches no file${hint}`);
  }
  const shim = installShim();
  const app = shim.newApp();
  for (const file of files) await loadFile(resolve(folder, file), { isModule: type === 'module', folder });
  for (const hook of app.hooks('appStart')) {
    await hook({ hookData: {}, appHookData: app.hookData, functionAppDirectory: folder });
  }
  app.lock();
  if (app.functions.length === 0) {
    const what = `${folder} registers no function; if it has function.json files (programming model v3), ${CORE_TOOLS}`;
    throw new HostError('AppNotLoaded', what);
  }
  if (!shim.model) {
    throw new HostError('AppNotLoaded', `${folder} loaded @azure/functions before this host could answer it`);
  }
  for (const { name } of app.functions) if (isDisabled(name)) app.withdraw(name);
  const capabilities = await shim.model.getCapabilities({ ...CAPABILITIES });
  return { app, streamTo: capabilities['HttpUri'] };
}

/** What Azure's worker says it can do; the library only adds to it. */
const CAPABILITIES = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};

function readPackageJson(folder: string): z.infer<typeof packageJson> {
  const file = `${folder}/package.json`;
  try {
    return packageJson.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const problem = error instanceof z.ZodError ? 'has no "main", a glob of the files to load' : messageOf(error);
    throw new HostError('AppNotLoaded', `${file}: ${problem}`, { cause: error });
  }
}

async function loadFile(file: string, { isModule, folder }: { isModule: boolean; folder: string }): Promise<void> {
  try {
    if (/\.m[jt]s$/.test(file) || (isModule && !/\.c[jt]s$/.test(file))) {
      await import(/* @vite-ignore */ pathToFileURL(file).href);
    } else {
      createRequire(file)(file);
    }
  } catch (error) {
    throw new HostError('AppNotLoaded', `${file} failed to load: ${whyOf(error)}${frameOf(error, folder)}`, {
      cause: error,
    });
  }
}

/** Whole, since an app may list what it lacks; but of Node's own message about a module without the stack of what required it. */
function whyOf(error: unknown): string {
  const message = messageOf(error);
  if (!isMissingModule(error)) return message;
  return `${message.split('\n', 1).join('')}; are its packages installed (\`npm install\` in its folder)?`;
}

const isMissingModule = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(ERR_)?MODULE_NOT_FOUND$/.test(String(error.code));

/** The first line of the stack that lies in the app's own code, so that its author sees where to look. */
function frameOf(error: unknown, folder: string): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  const own = frames.find((frame) => frame.includes(folder) && !frame.includes('node_modules'));
  return own ? `\n    ${own.trim()}` : '';
}
