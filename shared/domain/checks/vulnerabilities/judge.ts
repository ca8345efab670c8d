/**
 * Turns what a scan left behind into a verdict. Nothing but a whole report about this image, made by a scanner that ended well, with data that is
 * young enough, gives a pass.
 *
 * Pure: unpacking a report, which takes a decompressor and a hash, is handed in.
 */
import type { VulnerabilitiesCheck } from '../../check.ts';
import type { Verdict } from '../../outcome.ts';
import { lastWords } from '../judgement.ts';
import { databaseProblem, databaseTime } from './database-age.ts';
import type { Finding, Scan, ScannedImage } from './finding.ts';
import { readSarif } from './read-sarif.ts';
import { readTrivy } from './read-trivy.ts';
import { readScanLog, type Packed, type ScanLog } from './scan-log.ts';
import { reportOf, type ScanReport } from './scan-report.ts';
import { MOST_REPORT_BYTES } from './limits.ts';
import { weigh, type Weighed } from './weigh.ts';

export interface ScanQuestion {
  check: VulnerabilitiesCheck;
  candidate: ScannedImage;
  /** What runs now, if the candidate is to be compared with it. */
  current?: ScannedImage;
  platform: string;
  nonce: string;
  /** Epoch milliseconds. */
  at: number;
  /** The text of a part; `undefined` when it is not what the runner printed, or larger than a report may be. */
  unpack(part: Packed): string | undefined;
}

export interface ScanAnswer {
  /** The scanner that was run, by digest, as far as the log says. */
  tool?: string;
  verdict: Verdict;
  reasons: string[];
  /** Epoch milliseconds. */
  expiresAt?: number;
  report?: ScanReport;
}

const READERS = { trivy: readTrivy, sarif: readSarif };
/** 128 + SIGKILL, which the time limit and the kernel's memory limit both send. */
const KILLED = '137';
const CHANGED_MEANWHILE = 'what was scanned is not what counts by now';

export function judgeVulnerabilities(
  asked: ScanQuestion,
  run: { state: 'succeeded' | 'failed' | 'timeout'; log: string },
): ScanAnswer {
  const log = readScanLog(run.log, asked.nonce);
  const tool = log.images.get('scanner');
  const unknown = (why: string): ScanAnswer => ({
    ...(tool ? { tool } : {}),
    verdict: 'unknown',
    reasons: [why, ...lastWords(log.words)],
  });

  if (run.state === 'timeout') return unknown('the run was stopped because it took too long');
  if (run.state === 'failed') {
    const words = lastWords(run.log.split(/\r?\n/)).join(' | ');
    return {
      verdict: 'unknown',
      reasons: [`the run failed before the scan had ended: ${words || 'its log is empty'}`],
    };
  }
  if (log.garbled || !log.ended || !tool)
    return unknown('the log of the scan is not whole, so what it says counts for nothing');

  const database = databaseOf(asked, log);
  if (database.problem) return unknown(database.problem);
  const candidate = scanOf(asked, log, 'candidate', asked.candidate);
  if (candidate.kind === 'unreadable') return unknown(candidate.why);
  const current = asked.current && scanOf(asked, log, 'current', asked.current);
  if (current?.kind === 'unreadable') return unknown(`what runs now, to compare with: ${current.why}`);
  if (!current && log.images.has('current')) return unknown(CHANGED_MEANWHILE);

  const weighed = weigh(asked.check, {
    found: candidate.findings,
    ...(current ? { current: current.findings } : {}),
    now: asked.at,
  });
  return { tool, ...answer(asked, weighed, { tool, databaseAt: database.updatedAt }) };
}

function scanOf(
  { check, unpack }: ScanQuestion,
  log: ScanLog,
  name: 'candidate' | 'current',
  image: ScannedImage,
): Scan {
  const unreadable = (why: string): Scan => ({ kind: 'unreadable', why });
  const scanned = log.images.get(name === 'current' ? 'current' : 'candidate');
  if (scanned !== undefined && scanned !== image.reference) return unreadable(CHANGED_MEANWHILE);
  const code = log.codes.get(name);
  if (code === undefined || scanned === undefined) return unreadable('the image was not scanned');
  if (code === 'cut') return unreadable(`the scanner printed more than ${MOST_REPORT_BYTES} bytes, and was stopped`);
  if (code === 'large') return unreadable('the report is too large, also when it is packed; let it list less');
  if (code === KILLED)
    return unreadable('the scanner was killed: it took longer than the check allows, or more memory than it has');
  if (code !== '0')
    return unreadable(
      /^[0-9]{1,3}$/.test(code)
        ? `the scanner ended with exit code ${code}; it has to be 0 also when there are findings, which the gate judges`
        : 'the log of the scan is not whole, so what it says counts for nothing',
    );
  const part = log.parts.get(name);
  const text = part && unpack(part);
  if (text === undefined) return unreadable('the report is not what the scanner printed');
  return READERS[check.format](text, image);
}

function databaseOf(
  { check, at, unpack }: ScanQuestion,
  log: ScanLog,
): { updatedAt?: number | undefined; problem?: string | undefined } {
  if (check.database?.dated === undefined) return {};
  const part = log.parts.get('database');
  const text = part && unpack(part);
  const updatedAt = text === undefined ? undefined : databaseTime(text);
  const { atMostMs } = check.database;
  return { updatedAt, problem: atMostMs === undefined ? undefined : databaseProblem(updatedAt, { atMostMs, now: at }) };
}

function answer(
  { check, at, platform }: ScanQuestion,
  weighed: Weighed,
  { tool, databaseAt }: { tool: string; databaseAt: number | undefined },
): ScanAnswer {
  const expires = [
    ...(check.expiresMs === undefined ? [] : [at + check.expiresMs]),
    // A pass that stands on a waiver ends with it.
    ...weighed.waived.map(({ waiver }) => waiver.expiresAt),
    // And one that stands on young data ends when the data is old.
    ...(check.database?.atMostMs === undefined || databaseAt === undefined
      ? []
      : [databaseAt + check.database.atMostMs]),
  ];
  return {
    verdict: weighed.failing.length > 0 ? 'fail' : 'pass',
    reasons: sayWeighed(weighed),
    ...(expires.length > 0 ? { expiresAt: Math.min(...expires) } : {}),
    report: reportOf(weighed, { check: check.name, format: check.format, tool, platform, at, databaseAt }),
  };
}

const MOST_SAID = 5;

/** For a person: how many, the worst of them, and what no longer counts. */
function sayWeighed({ failing, waived, lapsed }: Weighed): string[] {
  const more = failing.length - MOST_SAID;
  return [
    ...(failing.length > 0 ? [`${failing.length} ${failing.length === 1 ? 'finding fails' : 'findings fail'}`] : []),
    ...failing.slice(0, MOST_SAID).map(({ finding, why }) => `${sayFinding(finding)}: ${why}`),
    ...(more > 0 ? [`and ${more} more, see the report`] : []),
    ...lapsed
      .slice(0, MOST_SAID)
      .map(
        ({ finding, waiver }) =>
          `the waiver of ${finding.id} in ${finding.package} counted until ${day(waiver.expiresAt)}`,
      ),
    ...(failing.length === 0 && waived.length > 0
      ? [`${waived.length} ${waived.length === 1 ? 'finding is' : 'findings are'} waived`]
      : []),
  ];
}

const sayFinding = ({ id, severity, package: name, installed, fixed }: Finding): string =>
  `${id} (${severity}) in ${name} ${installed}${fixed === undefined ? ', no fix' : `, fixed in ${fixed}`}`;

/** The last day on which it counts. */
const day = (expiresAt: number): string => new Date(expiresAt - 1).toISOString().slice(0, 10);
