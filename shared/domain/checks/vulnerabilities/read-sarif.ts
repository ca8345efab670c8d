/**
 * Reads SARIF 2.1.0 as Trivy and grype write it: package, version, severity and fix are lines of text, of the result or of its rule.
 *
 * The label counts, never `level`, in which high and critical are one. A rule may be shared by several packages and holds the text of the
 * last of them, so the result goes first. Most SARIF does not name the image: then only the run that made it says which one it is about.
 */
import { z } from 'zod';
import {
  distinct,
  MOST_FINDINGS,
  severityOf,
  word,
  type Finding,
  type Scan,
  type Severity,
  type ScannedImage,
} from './finding.ts';
import { imageProblem, parsedJson } from './read-json.ts';

const message = z.object({ text: z.string().nullish() }).nullish();

const rule = z.object({
  id: z.string().nullish(),
  shortDescription: message,
  help: message,
  properties: z.looseObject({ 'security-severity': z.union([z.string(), z.number()]).nullish() }).nullish(),
});

const result = z.object({ ruleId: z.string().nullish(), ruleIndex: z.int().nullish(), message });

const run = z.object({
  tool: z.object({ driver: z.object({ name: z.string().min(1), rules: z.array(rule).nullish() }) }),
  results: z.array(result),
  invocations: z.array(z.looseObject({ executionSuccessful: z.boolean().nullish() })).nullish(),
  properties: z.looseObject({ imageID: z.string().nullish(), repoDigests: z.array(z.string()).nullish() }).nullish(),
});
type Run = z.infer<typeof run>;

const report = z.object({ version: z.literal('2.1.0'), runs: z.array(run).min(1) });

export function readSarif(text: string, image: ScannedImage): Scan {
  const parsed = report.safeParse(parsedJson(text));
  if (!parsed.success) return { kind: 'unreadable', why: 'what it printed is not SARIF 2.1.0 with a list of results' };
  const { runs } = parsed.data;
  if (runs.some(({ invocations }) => invocations?.some(({ executionSuccessful }) => executionSuccessful === false)))
    return { kind: 'unreadable', why: 'the report says that the scan did not succeed' };
  const problem = runs.map((one) => namedProblem(one, image)).find((found) => found !== undefined);
  if (problem) return { kind: 'unreadable', why: problem };

  const findings = runs.flatMap((one) => one.results.map((found) => toFinding(one, found)));
  if (findings.length > MOST_FINDINGS) return { kind: 'unreadable', why: `the report has ${findings.length} findings` };
  if (findings.includes(undefined))
    return { kind: 'unreadable', why: 'the report holds a result that names no vulnerability' };
  return { kind: 'read', findings: distinct(findings.filter((found) => found !== undefined)) };
}

function namedProblem({ properties }: Run, image: ScannedImage): string | undefined {
  const configurations = properties?.imageID ? [properties.imageID] : [];
  const references = (properties?.repoDigests ?? []).filter((one) => one.includes('@'));
  if (configurations.length === 0 && references.length === 0) return undefined;
  return imageProblem({ configurations, references }, image);
}

function toFinding({ tool }: Run, { ruleId, ruleIndex, message: said }: z.infer<typeof result>): Finding | undefined {
  const rules = tool.driver.rules ?? [];
  const indexed = ruleIndex === null || ruleIndex === undefined ? undefined : rules[ruleIndex];
  const by = indexed && (!ruleId || indexed.id === ruleId) ? indexed : rules.find(({ id }) => id && id === ruleId);
  const line = (...names: string[]) => lineOf(said?.text, names) ?? lineOf(by?.help?.text, names);

  const name = line('Package') ?? '';
  const id = vulnerabilityIn(by?.help?.text) ?? withoutPackage(ruleId ?? by?.id ?? '', name);
  if (id === '') return undefined;
  const label = line('Severity');
  const fixed = line('Fixed Version', 'Fix Version') ?? '';
  return {
    id: word(id),
    package: word(name),
    installed: word(line('Installed Version', 'Version')),
    ...(fixed === '' ? {} : { fixed: word(fixed) }),
    severity: label === undefined ? severityOfScore(by?.properties?.['security-severity']) : severityOf(label),
    title: word(by?.shortDescription?.text),
  };
}

/** `Name: value`, alone on its line. */
function lineOf(text: string | null | undefined, names: string[]): string | undefined {
  for (const name of names) {
    const found = (text ?? '').split('\n').find((line) => line.startsWith(`${name}:`));
    if (found !== undefined) return found.slice(name.length + 1).trim();
  }
  return undefined;
}

const vulnerabilityIn = (help: string | null | undefined): string | undefined =>
  /^Vulnerability (\S+)/.exec(help ?? '')?.[1];

/** Grype's rules are named `<id>-<package>`. */
const withoutPackage = (id: string, name: string): string =>
  name !== '' && id.endsWith(`-${name}`) ? id.slice(0, -name.length - 1) : id;

/** The bands of CVSS 3.1, section 5. Nothing, or none at all, is no severity. */
function severityOfScore(score: string | number | null | undefined): Severity {
  const value = Number(score ?? Number.NaN);
  if (!(value > 0 && value <= 10)) return 'unknown';
  if (value >= 9) return 'critical';
  if (value >= 7) return 'high';
  return value >= 4 ? 'medium' : 'low';
}
