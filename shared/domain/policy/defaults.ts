/**
 * Reads `defaults`: what the gates of the same file take where they say nothing themselves.
 *
 * Of its own file only, so that one team's defaults change no gate of another team.
 */
import { z } from 'zod';
import { readApproval } from './approval.ts';
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
  approval: z.unknown(),
};

export type Defaults = Partial<Omit<ReadFields<typeof defaultsFields>, 'approval'>> & {
  approval?: ReturnType<typeof readApproval>;
};

/** `root`: the policy file. */
export function readDefaults(root: Place): Defaults {
  const place = root.child('defaults').about('defaults');
  if (place.value === undefined) return {};
  const { approval: _, ...read } = readFields(place, defaultsFields);
  const approval = place.isMapping ? place.child('approval') : undefined;
  return approval?.value === undefined ? read : { ...read, approval: readApproval(approval) };
}

/** What stands at the key, or else in the defaults, or else what every gate has. `undefined`: what stands there is wrong. */
export function filledIn<T>(
  place: Place,
  key: string,
  { read, fallback, builtIn }: { read: T | undefined; fallback: T | undefined; builtIn: T },
): T | undefined {
  return place.child(key).value === undefined ? (fallback ?? builtIn) : read;
}
