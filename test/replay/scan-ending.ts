/** How a run of a scan ends: what the trusted runner prints, with the reports that a scanner would make of these images. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { digestOf, type Image } from '../fakes/images.ts';
import type { Ending, QuickRun } from '../fakes/runs.ts';

export interface Found {
  image: Image;
  /** `CVE-1 CRITICAL`, each in package openssl and with a fix. */
  vulnerabilities: string[];
}

export const valueOf = (quick: QuickRun, name: string): string =>
  quick.values.find((one) => one.name === name)?.value ?? '';

/** `about`: from when the data is, if the check asks. */
export function scanEnding(quick: QuickRun, found: Found[], about?: { databaseAt: number }): Ending {
  const line = (...words: string[]) => `gate-scan ${valueOf(quick, 'nonce')} ${words.join(' ')}\r\n`;
  const part = (name: string, text: string) => {
    const packed = gzipSync(text);
    const sha256 = createHash('sha256').update(packed).digest('hex');
    return `${line('begin', name, sha256)}${packed.toString('base64')}\r\n${line('end', name)}`;
  };
  const scanned = (name: 'current' | 'candidate') => {
    const reference = valueOf(quick, name);
    if (reference === 'none') return '';
    const one = found.find(({ image }) => reference.endsWith(image.manifest.digest));
    if (!one) throw new Error(`nothing is said of ${reference}`);
    return `${line('image', name, reference)}${part(name, reportOf(one))}${line('code', name, '0')}`;
  };
  const dated = about ? part('database', new Date(about.databaseAt).toISOString()) : '';
  return {
    state: 'succeeded',
    log: [
      line('image', 'scanner', valueOf(quick, 'scanner')),
      dated,
      scanned('current'),
      scanned('candidate'),
      line('done'),
    ].join(''),
  };
}

const reportOf = ({ image, vulnerabilities }: Found): string =>
  JSON.stringify({
    SchemaVersion: 2,
    Metadata: { ImageID: digestOf(JSON.stringify(image.config)) },
    Results: [
      {
        Class: 'os-pkgs',
        Vulnerabilities: vulnerabilities.map((text) => {
          const [VulnerabilityID, Severity] = text.split(' ');
          return { VulnerabilityID, Severity, PkgName: 'openssl', InstalledVersion: '1.0', FixedVersion: '1.1' };
        }),
      },
    ],
  });
