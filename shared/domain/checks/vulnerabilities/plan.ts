/**
 * What a quick run has to do for a scan: the task file, the trusted runner's script, and the scanner's arguments in a file of their own.
 *
 * The candidate never is the image of a step and is not even started: it is saved as a file, and the scanner reads that, nested, without a
 * network, a login or the socket. What runs now is scanned before the candidate, which is hostile, and with the same data.
 */
import { formatReference, type DigestReference } from '../../reference.ts';
import type { VulnerabilitiesCheck } from '../../check.ts';
import type { CheckPlan } from '../trusted-step.ts';
import { RUN_SCAN } from './run-scan.ts';

/** Where a scanner finds what `{image}` and `{database}` in its arguments stand for. */
export const IN_SCANNER = { image: '/image/image.tar', database: '/scratch/database' };

/** A run of Azure has at least this long (ACR Tasks, run timeout). */
const SHORTEST_RUN_SECONDS = 300;
/** For pulling and saving the images and the database, on top of the check's own time. */
const OVERHEAD_SECONDS = 480;
/** In place of an image: Azure takes no empty value. */
const NONE = 'none';

export interface ScanFacts {
  candidate: DigestReference;
  /** What runs now, in the same registry, if it is to be scanned too. */
  current?: DigestReference;
  platform: string;
  scanner: DigestReference;
  /** Of the image with the database, if it is not the scanner's own. */
  database?: DigestReference;
  runnerImage: string;
  /** Letters and digits. */
  nonce: string;
}

export function planVulnerabilities(check: VulnerabilitiesCheck, facts: ScanFacts): CheckPlan {
  const { database } = check;
  const timeoutSeconds = Math.max(SHORTEST_RUN_SECONDS, check.timeoutSeconds + OVERHEAD_SECONDS);
  const values: Record<string, string> = {
    runner: facts.runnerImage,
    candidate: formatReference(facts.candidate),
    current: facts.current ? formatReference(facts.current) : NONE,
    platform: facts.platform,
    scanner: formatReference(facts.scanner),
    database: database ? formatReference(facts.database ?? facts.scanner) : NONE,
    databasePath: database?.path ?? NONE,
    databaseDated: database?.dated ?? NONE,
    // Not marked secret: Azure might mask it in the log, where it has to be read.
    nonce: facts.nonce,
    timeout: String(check.timeoutSeconds),
  };
  return {
    files: [
      { path: 'acr-task.yaml', text: taskFile(timeoutSeconds) },
      { path: 'run-scan.sh', text: RUN_SCAN, executable: true },
      { path: 'arguments', text: check.args.map((one) => `${placed(one)}\n`).join('') },
    ],
    taskFile: 'acr-task.yaml',
    values: Object.entries(values).map(([name, value]) => ({ name, value, secret: false })),
    timeoutSeconds,
  };
}

const placed = (argument: string): string =>
  argument.replaceAll('{image}', IN_SCANNER.image).replaceAll('{database}', IN_SCANNER.database);

const taskFile = (timeoutSeconds: number) => `version: v1.1.0
steps:
  - id: check
    cmd: "{{.Values.runner}} sh run-scan.sh"
    timeout: ${timeoutSeconds}
    env:
      - RUNNER={{.Values.runner}}
      - CANDIDATE={{.Values.candidate}}
      - CURRENT={{.Values.current}}
      - PLATFORM={{.Values.platform}}
      - SCANNER={{.Values.scanner}}
      - DATABASE={{.Values.database}}
      - DATABASE_PATH={{.Values.databasePath}}
      - DATABASE_DATED={{.Values.databaseDated}}
      - NONCE={{.Values.nonce}}
      - TIMEOUT={{.Values.timeout}}
`;
