/** Reads a `script` check: the script's bytes come from the policy folder, so that a change of them is a change of the check. */
import type { ScriptCheck } from '../check.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CheckReader } from './check-reader.ts';
import { readFields } from './fields.ts';
import { readSandbox, sandboxFields } from './sandbox-fields.ts';
import { policyPath } from './schemas.ts';

export const scriptFields = {
  script: policyPath.optional().meta({
    description: 'a script of the policy folder, run inside the sandboxed candidate; exit code 0 is a pass',
    examples: ['checks/node/test.sh'],
  }),
  ...sandboxFields,
};

export const scriptReader: CheckReader = {
  fields: scriptFields,
  read(name, place, { timeoutMs, folder, hash }): ScriptCheck | undefined {
    const { script: path, ...rest } = readFields(place, scriptFields, { others: 'kept' });
    const at = place.child('script');
    const script = path === undefined ? undefined : folder.read(path, at);
    if (script?.trim() === '') at.problem(`script "${path}" is empty, so it would pass everything.`);
    if (script === undefined || timeoutMs === undefined) return undefined;
    const asked = { kind: 'script' as const, script, timeoutSeconds: timeoutMs / 1_000, ...readSandbox(rest) };
    return { ...asked, name, hash: hash(canonicalJson(asked)) };
  },
};
