/** Reports, logs and questions of a scan: each right as it stands, and ways to change it. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { unpack } from '../../../../../functions/activities/gate/checks/unpack.ts';
import type { Finding, ScannedImage } from '../../../../../shared/domain/checks/vulnerabilities/finding.ts';
import type { ScanQuestion } from '../../../../../shared/domain/checks/vulnerabilities/judge.ts';
import type { VulnerabilitiesCheck } from '../../../../../shared/domain/check.ts';
import { A, B, C, digestOf, NOW } from '../../gate-builders.ts';

export const NONCE = '5ec7e75ec7e7';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const candidate: ScannedImage = {
  reference: `quarantine.azurecr.io/node@${A}`,
  configuration: digestOf('e'),
  digests: [A],
};
export const current: ScannedImage = {
  reference: `quarantine.azurecr.io/node@${B}`,
  configuration: digestOf('f'),
  digests: [B],
};

export const check = (change: Partial<VulnerabilitiesCheck> = {}): VulnerabilitiesCheck => ({
  ...{ kind: 'vulnerabilities', name: 'cve', hash: 'today', timeoutSeconds: 300, waivers: [] },
  scanner: { kind: 'gate', gate: 'trivy' },
  args: ['{image}'],
  format: 'trivy',
  fail: { critical: 'any', high: 'fixable' },
  ...change,
});

export const question = (change: Partial<ScanQuestion> = {}): ScanQuestion => ({
  ...{ check: check(), candidate, unpack, nonce: NONCE, at: NOW },
  platform: 'linux/amd64',
  ...change,
});

/** As Trivy spells it. */
export const vulnerability = (change: Record<string, unknown> = {}) => ({
  VulnerabilityID: 'CVE-2026-1',
  PkgName: 'openssl',
  InstalledVersion: '3.0.1',
  FixedVersion: '3.0.2',
  Severity: 'HIGH',
  Title: 'openssl: it is broken',
  ...change,
});

export const finding = (change: Partial<Finding> = {}): Finding => ({
  id: 'CVE-2026-1',
  package: 'openssl',
  installed: '3.0.1',
  fixed: '3.0.2',
  severity: 'high',
  title: 'openssl: it is broken',
  ...change,
});

export const trivy = (vulnerabilities: unknown[] | null = [], change: Record<string, unknown> = {}) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: '/image/image.tar',
    Metadata: { ImageID: candidate.configuration },
    Results: [{ Target: 'alpine', Class: 'os-pkgs', Vulnerabilities: vulnerabilities }],
    ...change,
  });

export const aboutCurrent = { Metadata: { ImageID: current.configuration } };

const line = (...words: string[]) => `gate-scan ${NONCE} ${words.join(' ')}\r\n`;

export const image = (name: string, reference: string): string => line('image', name, reference);
export const TOOL = `quarantine.azurecr.io/check.tools/trivy@${C}`;
/** What the runner says first. */
export const SCANNER = image('scanner', TOOL);

/** A part as the runner prints it. */
export function part(name: string, text: string): string {
  const packed = gzipSync(text);
  const sha256 = createHash('sha256').update(packed).digest('hex');
  const base64 = packed.toString('base64').replaceAll(/.{76}/g, (full) => `${full}\r\n`);
  return `${line('begin', name, sha256)}${base64}\r\n${line('end', name)}`;
}

/** An image that was scanned without trouble. */
export const scanned = (name: 'candidate' | 'current', text: string): string =>
  `${image(name, name === 'current' ? current.reference : candidate.reference)}${part(name, text)}${line('code', name, '0')}`;
export const ended = (name: 'candidate' | 'current', code: string): string =>
  `${image(name, candidate.reference)}${line('code', name, code)}`;
export const DONE = line('done');

/** What a run prints that came to its end. */
export const whole = (text: string): string => `${SCANNER}${text}${DONE}`;

/** The log of a run that scanned the candidate alone. */
export const logOf = (report: string): string =>
  `2026/03/02 Launching container\r\n${whole(scanned('candidate', report))}`;
