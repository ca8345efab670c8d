/**
 * What a scan finds, whatever scanner it was, and the waivers that people grant.
 *
 * A report is hostile input: its texts are made printable and cut before anything else sees them.
 */
import { z } from 'zod';
import { printable } from '../judgement.ts';

/** The worst first. `unknown`: the scanner does not say, or in a word that is none of these; it may be anything. */
export const SEVERITIES = ['critical', 'unknown', 'high', 'medium', 'low'] as const;
export const severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severity>;

export const finding = z.object({
  id: z.string(),
  package: z.string(),
  installed: z.string(),
  /** The version without it, when there is one. */
  fixed: z.string().optional(),
  severity,
  title: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** A report as far as it could be read, or why it says nothing. */
export type Scan = { kind: 'read'; findings: Finding[] } | { kind: 'unreadable'; why: string };

/** What a report has to be about: the image's configuration, or one of the digests that name the image. */
export interface ScannedImage {
  /** As the runner is told it, by digest. */
  reference: string;
  configuration: string;
  digests: string[];
}

export interface Waiver {
  id: string;
  /** Missing: whatever package. */
  package?: string;
  reason: string;
  /** Epoch milliseconds: the end of its last day, UTC. */
  expiresAt: number;
}

const SEVERITY_OF: Record<string, Severity> = { critical: 'critical', high: 'high', medium: 'medium', low: 'low' };

/** Scanners agree on four words; grype's "negligible" is below its "low". */
export function severityOf(word: string | null | undefined): Severity {
  const lower = word?.trim().toLowerCase() ?? '';
  if (lower === 'negligible') return 'low';
  return (Object.hasOwn(SEVERITY_OF, lower) && SEVERITY_OF[lower]) || 'unknown';
}

export const rank = (of: Severity): number => SEVERITIES.indexOf(of);

const WORD_CHARACTERS = 200;
/** More than any image has; a report with more is none. */
export const MOST_FINDINGS = 50_000;

export const word = (text: string | null | undefined): string =>
  printable((text ?? '').slice(0, WORD_CHARACTERS)).trim();

/** By vulnerability, package and version: the same file in two layers is one finding, of the worse severity. */
export const keyOf = ({ id, package: name, installed }: Finding): string => JSON.stringify([id, name, installed]);

export function distinct(findings: Finding[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const one of findings) {
    const known = found.get(keyOf(one));
    const worse = known && rank(known.severity) < rank(one.severity) ? known : one;
    const fixed = one.fixed ?? known?.fixed;
    found.set(keyOf(one), { ...worse, ...(fixed === undefined ? {} : { fixed }) });
  }
  return [...found.values()].toSorted((a, b) => rank(a.severity) - rank(b.severity));
}
