/**
 * Asks a scanner about a candidate: brings the tools and what runs now into quarantine, starts the run, and keeps its report.
 *
 * What the run was made with is in its log, not in the policy of the moment at which it is judged.
 */
import { createHash } from 'node:crypto';
import { judgeVulnerabilities } from '../../../../shared/domain/checks/vulnerabilities/judge.ts';
import { planVulnerabilities } from '../../../../shared/domain/checks/vulnerabilities/plan.ts';
import type { ScannedImage } from '../../../../shared/domain/checks/vulnerabilities/finding.ts';
import { reportKey, type ScanReport } from '../../../../shared/domain/checks/vulnerabilities/scan-report.ts';
import { chooseSubject } from '../../../../shared/domain/choose-subject.ts';
import { configurationOf } from '../../../../shared/domain/manifest.ts';
import type { ToolImage, VulnerabilitiesCheck } from '../../../../shared/domain/check.ts';
import { formatReference, type Digest, type DigestReference } from '../../../../shared/domain/reference.ts';
import { readGateRow } from '../../../../shared/ledger/gate-book.ts';
import type { Surroundings } from '../../activity.ts';
import type { Answer, Asked, CheckEffects } from './kind.ts';
import { startPlan } from './start-plan.ts';
import { bringPromoted, bringTool } from './tool-images.ts';
import { unpack } from './unpack.ts';

type AskedScan = Asked<VulnerabilitiesCheck>;

export const vulnerabilitiesEffects: CheckEffects<VulnerabilitiesCheck> = {
  async start(world, asked) {
    const { check, image, platform, nonce } = asked;
    const scanner = await bringTool(world, check.scanner);
    if (scanner.kind === 'missing') return { kind: 'answered', ...noTool(check.scanner, scanner.why) };
    const database = check.database?.image && (await bringTool(world, check.database.image));
    if (database?.kind === 'missing') return { kind: 'answered', ...noTool(check.scanner, database.why) };
    const current = await currentOf(world, asked);
    if (current) await bringPromoted(world, asked.gate, current.subject);

    const plan = planVulnerabilities(check, {
      ...{ candidate: image, platform, nonce, scanner: scanner.image, runnerImage: world.runnerImage },
      ...(database ? { database: database.image } : {}),
      ...(current ? { current: current.image } : {}),
    });
    return startPlan(world, plan);
  },

  async judge(world, asked, run): Promise<Answer> {
    const { check, image, platform, nonce, at } = asked;
    // Of a run without a result there is nothing to compare.
    const ended = run.state === 'succeeded';
    const current = ended ? await currentOf(world, asked) : undefined;
    const { tool, report, ...answer } = judgeVulnerabilities(
      {
        ...{ check, platform, nonce, at, unpack },
        candidate: ended ? await scannedImage(world, image, [asked.subject, asked.digest]) : unseen(image),
        ...(current ? { current: current.scanned } : {}),
      },
      run,
    );
    return {
      ...answer,
      tool: tool ?? sayTool(check.scanner),
      ...(report ? { report: await keep(world, asked, report) } : {}),
      ...(report?.removed ? { removes: report.removed.counts } : {}),
    };
  },
};

/** Nothing was asked, so nobody knows: it is asked again later, and the reason says what is missing. */
const noTool = (tool: ToolImage, why: string): Answer => ({ verdict: 'unknown', reasons: [why], tool: sayTool(tool) });

const sayTool = (tool: ToolImage): string =>
  tool.kind === 'image' ? formatReference(tool.image) : `gate "${tool.gate}"`;

interface Current {
  /** What is promoted: an index, where the gate has several platforms. */
  subject: Digest;
  /** Its image for the platform that is asked about, as it is scanned. */
  image: DigestReference;
  scanned: ScannedImage;
}

/** What the candidate is to be compared with; none when it is that itself, or nothing was promoted. */
async function currentOf(
  world: Surroundings,
  { check, gate, subject, image, platform }: AskedScan,
): Promise<Current | undefined> {
  if (check.noWorseThanCurrent === undefined) return undefined;
  const current = (await readGateRow(world.ledger, gate.name))?.value.current?.subject;
  if (current === undefined || current === subject) return undefined;
  // Where it is promoted it stays; in quarantine it may have been cleaned up.
  const promoted = { host: gate.to.host, repository: gate.to.repository };
  const manifest = await world.registries.manifest({ ...promoted, digest: current });
  if (!manifest) throw new Error(`${formatReference({ ...promoted, digest: current })} is promoted, and not there`);
  const chosen = chooseSubject(manifest.bytes, current, { platforms: [platform], unchecked: [] });
  // A platform that is new to the gate: there is nothing to compare with.
  if (chosen.kind === 'unusable') return undefined;
  const scanned = await scannedImage(world, { ...promoted, digest: chosen.digest }, [current]);
  const here = { ...image, digest: chosen.digest };
  return { subject: current, image: here, scanned: { ...scanned, reference: formatReference(here) } };
}

async function scannedImage(world: Surroundings, image: DigestReference, digests: Digest[]): Promise<ScannedImage> {
  const manifest = await world.registries.manifest(image);
  const configuration = manifest && configurationOf(manifest.bytes);
  if (!configuration) throw new Error(`${formatReference(image)} is not there (any more), or is no image`);
  return { reference: formatReference(image), configuration, digests: [image.digest, ...digests] };
}

/** Of an image that nobody has looked at no report can be. */
const unseen = (image: DigestReference): ScannedImage => ({
  reference: formatReference(image),
  configuration: 'none',
  digests: [],
});

/** Key: what it says, so that judging twice keeps it once. */
async function keep(world: Surroundings, { gate, digest, check, platform }: AskedScan, report: ScanReport) {
  const hash = createHash('sha256').update(JSON.stringify(report)).digest('hex');
  const key = reportKey({ gate: gate.name, digest, check: check.name, platform, hash });
  await world.reports.put(key, report);
  return key;
}
