/** Reads the checks of a gate: `functional: { script: checks/node/test.sh, timeout: 5m }`. One kind, one file beside this one. */
import type { Check } from '../check.ts';
import type { CheckReader } from './check-reader.ts';
import { configFields, configReader } from './config-check.ts';
import { filledIn } from './defaults.ts';
import { readEntries, readFields, type Fields } from './fields.ts';
import { checkTimeout } from './gate-fields.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { isName, NAME_RULE } from './schemas.ts';
import { probeFields, probeReader } from './probe-check.ts';
import { scriptFields, scriptReader } from './script-check.ts';
import { signatureFields, signatureReader } from './signature-check.ts';
import { taskFields, taskReader } from './task-check.ts';
import { vulnerabilitiesFields, vulnerabilitiesReader } from './vulnerabilities-check.ts';

/** A candidate is settled with all its evidence in one transaction of the ledger, and such a one has 100 rows at most. */
const MOST_CHECKS = 50;

/** Every kind by the key that makes a check one of it. */
const readers: Record<string, CheckReader> = {
  script: scriptReader,
  probe: probeReader,
  task: taskReader,
  vulnerabilities: vulnerabilitiesReader,
  config: configReader,
  signature: signatureReader,
};

export const checkFields = {
  ...scriptFields,
  ...probeFields,
  ...taskFields,
  ...vulnerabilitiesFields,
  ...configFields,
  ...signatureFields,
  timeout: checkTimeout.optional(),
};

export interface CheckSurroundings {
  gate: string;
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
  { gate, folder, hash, timeoutMs: fallback }: CheckSurroundings,
): Check | undefined {
  if (!isName(name)) place.problemAtKey(`${NAME_RULE}.`);
  const kinds = Object.keys(readers).filter((kind) => place.child(kind).value !== undefined);
  const [kind] = kinds;
  const { timeout } = readFields(place, { timeout: checkFields.timeout }, { alsoKnown: Object.keys(checkFields) });
  const timeoutMs = filledIn(place, 'timeout', { read: timeout, fallback, builtIn: fallback });
  if (kinds.length > 1) {
    const names = kinds.map((name) => `"${name}"`).join(' or a ');
    place.problemAtKey(`a check is either a ${names}. Make ${kinds.length === 2 ? 'two' : kinds.length} checks of it.`);
    return undefined;
  }
  const reader = kind === undefined ? undefined : readers[kind];
  for (const [key, owners] of keysOfOthers(reader)) {
    if (place.child(key).value !== undefined)
      place.child(key).problemAtKey(`${key}: it goes with ${owners} checks; remove it.`);
  }
  if (reader) return reader.read(name, place, { gate, timeoutMs, folder, hash });
  if (place.isMapping) {
    place.problemAtKey('"script" is missing: the script that runs inside the candidate, such as checks/node/test.sh.');
  }
  return undefined;
}

/** Keys that only checks of another kind have, each with the kinds that have it. */
function keysOfOthers(reader: CheckReader | undefined): [string, string][] {
  const owners = new Map<string, string[]>();
  for (const [kind, { fields }] of Object.entries(readers)) {
    for (const key of Object.keys(fields)) if (key !== kind) owners.set(key, [...(owners.get(key) ?? []), `"${kind}"`]);
  }
  const own: Fields = reader?.fields ?? {};
  return [...owners].filter(([key]) => !Object.hasOwn(own, key)).map(([key, kinds]) => [key, kinds.join(' and ')]);
}
