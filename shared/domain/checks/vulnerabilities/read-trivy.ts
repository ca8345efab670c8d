/**
 * Reads Trivy's JSON report (schema version 2).
 *
 * "Clean" has to be proved: a report says something only if packages of a known kind were looked at. What the scanner itself was told to
 * leave out is a finding like others where the report still shows it: waivers are the gate's, and have a reason and an end.
 */
import { z } from 'zod';
import { distinct, MOST_FINDINGS, severityOf, word, type Finding, type Scan, type ScannedImage } from './finding.ts';
import { imageProblem, parsedJson } from './read-json.ts';

const vulnerability = z.object({
  VulnerabilityID: z.string().min(1),
  PkgName: z.string().min(1),
  InstalledVersion: z.string().nullish(),
  FixedVersion: z.string().nullish(),
  Severity: z.string().nullish(),
  Title: z.string().nullish(),
});

const suppressed = z.object({ Type: z.string().nullish(), Finding: z.unknown().optional() });

const result = z.object({
  Class: z.string().nullish(),
  Vulnerabilities: z.array(vulnerability).nullish(),
  ExperimentalModifiedFindings: z.array(suppressed).nullish(),
});

const report = z.object({
  SchemaVersion: z.literal(2),
  Metadata: z
    .object({
      ImageID: z.string().nullish(),
      RepoDigests: z.array(z.string()).nullish(),
      OS: z.object({ Family: z.string().nullish(), Name: z.string().nullish(), EOSL: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
  Results: z.array(result).nullish(),
});
type Report = z.infer<typeof report>;

/** Of results that list packages with their vulnerabilities. */
const PACKAGES = new Set(['os-pkgs', 'lang-pkgs']);

/** The id that a waiver names when a distribution without security fixes is accepted for a while. */
export const END_OF_LIFE = 'end-of-life';

export function readTrivy(text: string, image: ScannedImage): Scan {
  const parsed = report.safeParse(parsedJson(text));
  if (!parsed.success) return { kind: 'unreadable', why: "what it printed is not Trivy's JSON report, version 2" };
  const { Metadata, Results } = parsed.data;
  const problem = imageProblem(
    { configurations: Metadata?.ImageID ? [Metadata.ImageID] : [], references: Metadata?.RepoDigests ?? [] },
    image,
  );
  if (problem) return { kind: 'unreadable', why: problem };
  const results = Results ?? [];
  if (!results.some(({ Class }) => PACKAGES.has(Class ?? ''))) {
    return {
      kind: 'unreadable',
      why: 'the report lists no packages, so nothing was looked for vulnerabilities: that it names none proves nothing',
    };
  }
  const hidden = results.flatMap(hiddenOf);
  if (hidden.includes(undefined))
    return { kind: 'unreadable', why: 'the report holds a suppressed finding that cannot be read' };
  const listed = results.flatMap(({ Vulnerabilities }) => Vulnerabilities ?? []);
  const all = [...listed, ...hidden.filter((one) => one !== undefined)];
  if (all.length > MOST_FINDINGS) return { kind: 'unreadable', why: `the report has ${all.length} findings` };
  return { kind: 'read', findings: distinct([...endOfLife(parsed.data), ...all.map(toFinding)]) };
}

const hiddenOf = ({ ExperimentalModifiedFindings }: z.infer<typeof result>) =>
  (ExperimentalModifiedFindings ?? [])
    .filter(({ Type }) => Type === undefined || Type === null || Type === 'vulnerability')
    .map(({ Finding: found }) => vulnerability.safeParse(found).data);

const toFinding = (found: z.infer<typeof vulnerability>): Finding => ({
  id: word(found.VulnerabilityID),
  package: word(found.PkgName),
  installed: word(found.InstalledVersion),
  ...(found.FixedVersion ? { fixed: word(found.FixedVersion) } : {}),
  severity: severityOf(found.Severity),
  title: word(found.Title),
});

/** Nobody records vulnerabilities of a distribution that is out of support, so that few are known of it is no good news. */
function endOfLife({ Metadata }: Report): Finding[] {
  if (!Metadata?.OS?.EOSL) return [];
  return [
    {
      id: END_OF_LIFE,
      package: word(Metadata.OS.Family) || 'distribution',
      installed: word(Metadata.OS.Name),
      fixed: 'a release that is supported',
      severity: 'critical',
      title: 'the distribution gets no security fixes any more, and its vulnerabilities are not recorded',
    },
  ];
}
