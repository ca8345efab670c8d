/** Reads one kind of check from its mapping. */
import type { Check } from '../check.ts';
import type { Fields } from './fields.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';

export interface CheckReader {
  /** Its own keys: the one that makes a check of this kind, and those that go with it. */
  fields: Fields;
  /** `undefined`: something is wrong, and was reported. Unknown keys and `timeout` are its caller's business. */
  read(name: string, place: Place, options: ReadingCheck): Check | undefined;
}

export interface ReadingCheck {
  /** The name of its gate. */
  gate: string;
  /** `undefined`: it is wrong, which was reported. */
  timeoutMs: number | undefined;
  folder: PolicyFiles;
  hash: (text: string) => string;
}

/** Of a check that the app answers itself, where a time to wait for means nothing. */
export function reportTimeout(check: Place): void {
  const at = check.child('timeout');
  if (at.value !== undefined)
    at.problemAtKey('timeout: this check is answered at once, so there is nothing to wait for; remove it.');
}
