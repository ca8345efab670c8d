/**
 * Reads a file of waivers: findings that people accept for a while, each with a reason and a last day.
 *
 * Without an end a waiver is a hole that nobody sees any more, so the day has to be there. One whose day is over is no problem of the policy:
 * it counts for nothing, and the evidence says so.
 */
import { z } from 'zod';
import type { Waiver } from '../checks/vulnerabilities/finding.ts';
import { readFields } from './fields.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';

const DAY_RULE = 'write the last day on which it counts, as 2026-12-31';
const DAY_MS = 86_400_000;

/** Epoch milliseconds of the end of that day, UTC. */
const lastDay = z
  .string(DAY_RULE)
  .transform((text, context) => {
    const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
    // A day that no month has is taken for one of the next.
    if (!Number.isNaN(start) && new Date(start).toISOString().startsWith(text)) return start + DAY_MS;
    context.issues.push({ code: 'custom', message: `"${text}" is no day; ${DAY_RULE}`, input: text });
    return z.NEVER;
  })
  .meta({ title: 'day' });

const said = z.string().regex(/\S/, 'it must not be empty').max(500, '500 characters are enough');

export const waiverFields = {
  id: said.meta({
    description: 'the finding, as the scanner names it, such as CVE-2026-1234',
    examples: ['CVE-2026-1234'],
  }),
  package: said.optional().meta({ description: 'only in this package', examples: ['openssl'] }),
  reason: said.meta({
    description: 'why it may be there, for whoever reads the evidence',
    examples: ['the parser is not used'],
  }),
  expires: lastDay.meta({ description: 'the last day on which it counts (UTC)', examples: ['2026-12-31'] }),
  gates: z
    .array(z.string())
    .min(1, 'name the gates it is for, or leave it out')
    .optional()
    .meta({ description: 'only for these gates', examples: [['node']] }),
};

export const waiversFileFields = { waivers: z.unknown() };

export interface WaiverEntry {
  waiver: Waiver;
  gates?: string[];
  place: Place;
}

/** `undefined`: something is wrong, and was reported. A file that several checks name is read once. */
export function readWaivers(path: string, folder: PolicyFiles, namedAt: Place): WaiverEntry[] | undefined {
  return folder.readNamed(path, namedAt, (root) => {
    readFields(root, waiversFileFields);
    const list = root.child('waivers');
    if (!Array.isArray(list.value)) {
      if (root.isMapping) root.problemAtKey('"waivers" is missing: a list, which may be empty.');
      return undefined;
    }
    const entries = list.value.map((_, at) => readWaiver(list.child(at).about(`waiver ${at + 1}`)));
    return entries.every((entry) => entry !== undefined) ? entries : undefined;
  });
}

function readWaiver(place: Place): WaiverEntry | undefined {
  const { id, package: name, reason, expires, gates } = readFields(place, waiverFields);
  const isWrong = (key: string, value: unknown) => place.child(key).value !== undefined && value === undefined;
  if (id === undefined || reason === undefined || expires === undefined) return undefined;
  if (isWrong('package', name) || isWrong('gates', gates)) return undefined;
  const waiver = { id, ...(name === undefined ? {} : { package: name }), reason, expiresAt: expires };
  return { waiver, ...(gates ? { gates } : {}), place };
}
