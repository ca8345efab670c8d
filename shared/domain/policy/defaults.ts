/**
 * Reads `defaults`: what the gates of the same file take where they say nothing themselves.
 *
 * Of its own file only, so that one team's defaults change no gate of another team.
 */
import { readFields, type ReadFields } from './fields.ts';
import type { Place } from './place.ts';
import { checkTimeout, gateMode, platforms, soak, uniqueTemplate, whenReplaced } from './gate-fields.ts';

export const defaultsFields = {
  platforms: platforms.optional(),
  soak: soak.optional(),
  unique: uniqueTemplate.optional(),
  mode: gateMode.optional(),
  whenReplaced: whenReplaced.optional(),
  timeout: checkTimeout.optional().describe('how long a check may take that names no `timeout` of its own'),
};

export type Defaults = Partial<ReadFields<typeof defaultsFields>>;

/** `root`: the policy file. */
export function readDefaults(root: Place): Defaults {
  const place = root.child('defaults');
  return place.value === undefined ? {} : readFields(place.about('defaults'), defaultsFields);
}

/** What stands at the key, or else in the defaults, or else what every gate has. `undefined`: what stands there is wrong. */
export function filledIn<T>(
  place: Place,
  key: string,
  { read, fallback, builtIn }: { read: T | undefined; fallback: T | undefined; builtIn: T },
): T | undefined {
  return place.child(key).value === undefined ? (fallback ?? builtIn) : read;
}
