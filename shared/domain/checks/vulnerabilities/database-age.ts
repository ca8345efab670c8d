/**
 * When a scanner's database is from, by the file that lies beside it: Trivy's `metadata.json` (`UpdatedAt`), grype's (`built`), or a file
 * with nothing but a time in it.
 *
 * The report says when the scan was, not when the data is from, and a scan with old data finds nothing new.
 */
import { z } from 'zod';
import { parsedJson } from './read-json.ts';

const dated = z.looseObject({ UpdatedAt: z.string().optional(), built: z.string().optional() });

/** A clock may be off by so much; what is later was not written by anybody who means it. */
const TOLERANCE_MS = 3_600_000;

/** Epoch milliseconds; `undefined` when the file says nothing that can be read. */
export function databaseTime(text: string): number | undefined {
  const json = dated.safeParse(parsedJson(text));
  const said = json.success ? (json.data.UpdatedAt ?? json.data.built) : text.trim();
  if (!said || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(said)) return undefined;
  const at = Date.parse(said);
  return Number.isNaN(at) ? undefined : at;
}

/** Why a database is not young enough for a verdict. */
export function databaseProblem(
  updatedAt: number | undefined,
  { atMostMs, now }: { atMostMs: number; now: number },
): string | undefined {
  if (updatedAt === undefined)
    return 'how old the database of the scanner is is not known: the file that is to say it does not';
  const when = new Date(updatedAt).toISOString();
  if (updatedAt > now + TOLERANCE_MS)
    return `the database of the scanner says that it is from ${when}, which is not yet`;
  if (now - updatedAt <= atMostMs) return undefined;
  return `the database of the scanner is from ${when}, and may be ${hours(atMostMs)} old at most; give it a newer one`;
}

const hours = (ms: number): string => `${Math.round((ms / 3_600_000) * 10) / 10} hours`;
