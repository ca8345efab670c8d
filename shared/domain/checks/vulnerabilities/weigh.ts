/**
 * What of the findings fails, by the thresholds of the check, what is new against what runs now, and what people have waived.
 *
 * Waivers are applied here, after the report is read, so that the decision records what was waived and until when.
 */
import type { VulnerabilitiesCheck } from '../../check.ts';
import { END_OF_LIFE } from './read-trivy.ts';
import { rank, type Finding, type Severity, type Waiver } from './finding.ts';

export interface Weighed {
  /** Every finding, the worst first. */
  all: { finding: Finding; isNew: boolean }[];
  failing: { finding: Finding; why: string }[];
  /** What would fail, had nobody waived it. */
  waived: { finding: Finding; waiver: Waiver }[];
  /** What fails although somebody had waived it once. */
  lapsed: { finding: Finding; waiver: Waiver }[];
  /** What the current digest has and the candidate has not; missing when it was not scanned. */
  removed?: Finding[];
}

type Rules = Pick<VulnerabilitiesCheck, 'fail' | 'noWorseThanCurrent' | 'waivers'>;

export function weigh(
  rules: Rules,
  { found, current, now }: { found: Finding[]; current?: Finding[]; now: number },
): Weighed {
  const had = current && new Set(current.map(sameThing));
  const has = new Set(found.map(sameThing));
  const isNew = (finding: Finding) => had !== undefined && !had.has(sameThing(finding));
  const weighed: Weighed = {
    all: found.map((finding) => ({ finding, isNew: isNew(finding) })),
    failing: [],
    waived: [],
    lapsed: [],
    ...(current ? { removed: current.filter((finding) => !has.has(sameThing(finding))) } : {}),
  };
  for (const finding of found) {
    const why = whyItFails(rules, finding, isNew(finding));
    if (why === undefined) continue;
    const waivers = rules.waivers.filter((waiver) => isFor(waiver, finding));
    const counting = waivers.find(({ expiresAt }) => expiresAt > now);
    if (counting) weighed.waived.push({ finding, waiver: counting });
    else weighed.failing.push({ finding, why });
    const [lapsed] = waivers;
    if (!counting && lapsed) weighed.lapsed.push({ finding, waiver: lapsed });
  }
  return weighed;
}

/** An update of a package that does not remove a vulnerability brings no new one. */
const sameThing = ({ id, package: name }: Finding): string => JSON.stringify([id, name]);

const isFor = (waiver: Waiver, { id, package: name }: Finding): boolean =>
  waiver.id === id && (waiver.package === undefined || waiver.package === name);

function whyItFails({ fail, noWorseThanCurrent }: Rules, finding: Finding, isNew: boolean): string | undefined {
  const rule = ruleFor(fail, finding.severity);
  if (rule === 'any') return 'none of this severity may be there';
  if (rule === 'fixable' && finding.fixed !== undefined)
    return finding.id === END_OF_LIFE ? 'a newer release is to be had' : 'an update removes it';
  if (isNew && noWorseThanCurrent && isAtLeast(finding.severity, noWorseThanCurrent, fail))
    return 'what runs now does not have it';
  return undefined;
}

/** What has no severity may be anything: it falls under the strictest rule there is, unless the policy has one for it. */
function ruleFor(fail: Rules['fail'], severity: Severity) {
  if (severity !== 'unknown' || fail.unknown) return fail[severity];
  const rules = Object.values(fail);
  return rules.includes('any') ? 'any' : rules.includes('fixable') ? 'fixable' : undefined;
}

const isAtLeast = (severity: Severity, least: Severity, fail: Rules['fail']): boolean =>
  severity === 'unknown' ? fail.unknown !== 'off' : rank(severity) <= rank(least);
