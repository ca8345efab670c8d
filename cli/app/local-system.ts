/** The local system that was started in this folder or one above: what of its `endpoints.json` the command line needs. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const endpoints = z.object({
  app: z.url(),
  people: z.array(z.object({ name: z.string(), token: z.string() })),
  /** What its policy may name as `${NAME}`. */
  policySettings: z.record(z.string(), z.string()),
  /** What the app is started with, by the names of app settings. */
  settings: z.record(z.string(), z.string()).optional(),
  /** Of a script that signs in to its Azure. */
  environment: z.record(z.string(), z.string()).default({}),
});
export type LocalSystem = z.infer<typeof endpoints>;

/** `undefined`: none. Throws when it is there and cannot be read. */
export function findLocalSystem(folder: string): LocalSystem | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, '.local', 'endpoints.json');
    const text = readIfThere(file);
    if (text !== undefined) return parse(file, text);
    if (at === dirname(at)) return undefined;
  }
}

function parse(file: string, text: string): LocalSystem {
  try {
    return endpoints.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not of this version; start the local system again with "npm start"`, { cause: error });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
