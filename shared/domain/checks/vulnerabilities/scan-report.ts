/** A scan as it is kept for people, next to the evidence: every finding, which of them fail or are waived, and what it was made with. */
import { z } from 'zod';
import { finding, rank, severity, SEVERITIES, type Finding } from './finding.ts';
import type { Weighed } from './weigh.ts';

const findingKept = finding.extend({
  /** Why it fails. */
  fails: z.string().optional(),
  /** What runs now does not have it. */
  isNew: z.literal(true).optional(),
  waived: z.object({ reason: z.string(), until: z.number() }).optional(),
});

export const scanReport = z.object({
  schema: z.literal(1),
  check: z.string(),
  format: z.enum(['trivy', 'sarif']),
  /** The scanner, by digest. */
  tool: z.string(),
  platform: z.string(),
  /** Epoch milliseconds, like every time here. */
  at: z.number(),
  databaseAt: z.number().optional(),
  /** Of all findings. */
  counts: z.record(severity, z.number()),
  failing: z.number(),
  waived: z.number(),
  /** What fails first, then the worst. */
  findings: z.array(findingKept),
  /** How many findings were left out of the list, the least of them. */
  leftOut: z.number(),
  /** What runs now has and the candidate has not, by severity; missing when it was not scanned. */
  removed: z.object({ counts: z.record(severity, z.number()), findings: z.array(finding) }).optional(),
});
export type ScanReport = z.infer<typeof scanReport>;

/** For people; what fails is counted before. */
const MOST_LISTED = 2_000;
const MOST_REMOVED_LISTED = 500;

export function reportOf(
  { all, failing, waived, removed }: Weighed,
  about: Pick<ScanReport, 'check' | 'format' | 'tool' | 'platform' | 'at'> & { databaseAt: number | undefined },
): ScanReport {
  const { databaseAt, ...made } = about;
  const fails = new Map(failing.map(({ finding: one, why }) => [one, why]));
  const waivers = new Map(waived.map(({ finding: one, waiver }) => [one, waiver]));
  const findings = all
    .toSorted((a, b) => Number(fails.has(b.finding)) - Number(fails.has(a.finding)) || byRank(a.finding, b.finding))
    .map(({ finding: one, isNew }) => {
      const why = fails.get(one);
      const waiver = waivers.get(one);
      return {
        ...one,
        ...(why === undefined ? {} : { fails: why }),
        ...(isNew ? { isNew: true as const } : {}),
        ...(waiver ? { waived: { reason: waiver.reason, until: waiver.expiresAt } } : {}),
      };
    });
  return {
    schema: 1,
    ...made,
    ...(databaseAt === undefined ? {} : { databaseAt }),
    counts: counted(all.map((one) => one.finding)),
    failing: failing.length,
    waived: waived.length,
    findings: findings.slice(0, MOST_LISTED),
    leftOut: Math.max(0, findings.length - MOST_LISTED),
    ...(removed
      ? { removed: { counts: counted(removed), findings: removed.toSorted(byRank).slice(0, MOST_REMOVED_LISTED) } }
      : {}),
  };
}

const byRank = (a: Finding, b: Finding): number => rank(a.severity) - rank(b.severity);

const counted = (findings: Finding[]) =>
  Object.fromEntries(
    SEVERITIES.map((one) => [one, findings.filter((found) => found.severity === one).length]),
  ) as ScanReport['counts'];

/** Where it is kept. A platform has slashes, and is one part all the same. */
export const reportKey = (of: {
  gate: string;
  digest: string;
  check: string;
  platform: string;
  hash: string;
}): string =>
  [of.gate, of.digest.slice('sha256:'.length), of.check, of.platform.replaceAll('/', '-'), `${of.hash}.json`].join('/');
