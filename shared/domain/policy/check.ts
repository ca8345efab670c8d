/** Reads the checks of a gate: `functional: { script: checks/node/test.sh, timeout: 5m }`. One kind, one file beside this one. */
import type { Check } from '../policy.ts';
import { readEntries, readFields } from './fields.ts';
import { filledIn } from './defaults.ts';
import { checkTimeout } from './gate-fields.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { isName, NAME_RULE } from './schemas.ts';
import { readScriptCheck, scriptFields } from './script-check.ts';
import { readTaskCheck, taskFields } from './task-check.ts';

/** A candidate is settled with all its evidence in one transaction of the ledger, and such a one has 100 rows at most. */
const MOST_CHECKS = 50;

export const checkFields = { ...scriptFields, ...taskFields, timeout: checkTimeout.optional() };

const USE_ANOTHER = 'Use a "script" or a "task" check, or remove it.';
const notBuilt = { probe: USE_ANOTHER, config: USE_ANOTHER, vulnerabilities: USE_ANOTHER, signature: USE_ANOTHER };

export interface CheckSurroundings {
  subject: string;
  folder: PolicyFiles;
  hash: (text: string) => string;
  /** Of a check that names none. */
  timeoutMs: number;
}

/** `undefined`: something is wrong, and was reported. `gate` is the place of the whole gate. */
export function readChecks(gate: Place, options: CheckSurroundings): Check[] | undefined {
  const place = gate.child('checks');
  if (place.value === undefined) {
    gate.problemAtKey('"checks" is missing: nothing is promoted without a verdict, so name at least one check.');
    return undefined;
  }
  const entries = readEntries(place);
  if (entries?.length === 0) place.problem('checks: nothing is promoted without a verdict; name at least one check.');
  if (entries && entries.length > MOST_CHECKS) {
    place.problem(`checks: a gate has ${MOST_CHECKS} checks at most, and this one has ${entries.length}; join some.`);
  }
  const checks = entries?.map(([name, check]) =>
    readCheck(name, check.about(`${options.subject}, check "${name}"`), options),
  );
  return checks?.every((check) => check !== undefined) ? checks : undefined;
}

function readCheck(
  name: string,
  place: Place,
  { folder, hash, timeoutMs: fallback }: CheckSurroundings,
): Check | undefined {
  if (!isName(name)) place.problemAtKey(`${NAME_RULE}.`);
  const read = readFields(place, checkFields, { notBuilt });
  const timeoutMs = filledIn(place, 'timeout', { read: read.timeout, fallback, builtIn: fallback });
  const has = (key: string) => place.child(key).value !== undefined;
  if (has('script') && has('task')) {
    place.problemAtKey('a check is either a "script" or a "task". Make two checks of it.');
    return undefined;
  }
  if (has('task')) return readTaskCheck(name, place, { unsandboxed: read.unsandboxed, timeoutMs, hash });
  if (has('unsandboxed')) {
    place
      .child('unsandboxed')
      .problemAtKey('unsandboxed: it goes with "task" checks. A script runs sandboxed; remove it.');
  }
  if (has('script')) return readScriptCheck(name, place, { path: read.script, timeoutMs, folder, hash });
  if (place.isMapping && !Object.keys(notBuilt).some(has)) {
    place.problemAtKey('"script" is missing: the script that runs inside the candidate, such as checks/node/test.sh.');
  }
  return undefined;
}
