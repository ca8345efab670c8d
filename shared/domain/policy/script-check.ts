/** Reads a `script` check: the script's bytes come from the policy folder, so that a change of them is a change of the check. */
import type { ScriptCheck } from '../policy.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { policyPath } from './schemas.ts';

export const scriptFields = {
  script: policyPath.optional().meta({
    description: 'a script of the policy folder, run inside the sandboxed candidate; exit code 0 is a pass',
    examples: ['checks/node/test.sh'],
  }),
};

interface ScriptOptions {
  /** What the key says; `undefined` when it is wrong, which was reported. */
  path: string | undefined;
  timeoutMs: number | undefined;
  folder: PolicyFiles;
  hash: (text: string) => string;
}

export function readScriptCheck(
  name: string,
  place: Place,
  { path, timeoutMs, folder, hash }: ScriptOptions,
): ScriptCheck | undefined {
  const at = place.child('script');
  const script = path === undefined ? undefined : folder.read(path, at);
  if (script?.trim() === '') at.problem(`script "${path}" is empty, so it would pass everything.`);
  if (script === undefined || timeoutMs === undefined) return undefined;
  const asked = { kind: 'script' as const, script, timeoutSeconds: timeoutMs / 1_000 };
  return { ...asked, name, hash: hash(canonicalJson(asked)) };
}
