/**
 * Judges templates of unique tags, such as `{stable}-{run}`, before one is ever filled in.
 *
 * A unique tag never moves, so the template has to contain something that differs from one promotion to the next.
 */
import { z } from 'zod';
import type { Digest, Tag } from '../reference.ts';
import { uniqueTag } from '../unique-tag.ts';

const PLACEHOLDERS = ['{stable}', '{run}', '{digest12}'];

/** Longer than any run id seen (`ca7`), so that a number still fits behind it when a tag turns out to be taken. */
const SAMPLE_RUN = 'c'.repeat(16);
const SAMPLE_DIGEST = `sha256:${'0'.repeat(64)}` as Digest;

/** Why a template cannot be used with this stable tag; `undefined` if it can. */
export function uniqueProblem(template: string, stable: Tag): string | undefined {
  const used: string[] = template.match(/\{[^{}]*\}/g) ?? [];
  const unknown = used.find((placeholder) => !PLACEHOLDERS.includes(placeholder));
  if (unknown !== undefined) return `"${unknown}" is no placeholder; there are ${PLACEHOLDERS.join(', ')}`;
  if (!used.includes('{run}') && !used.includes('{digest12}')) {
    return `"${template}" is the same for every promotion; put {run} or {digest12} into it`;
  }
  try {
    uniqueTag(template, { stable, subject: SAMPLE_DIGEST, run: SAMPLE_RUN });
    return undefined;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return `"${template}" gives what is ${error.issues[0]?.message}`;
  }
}
