/** Unpacks what the runner of a scan has packed: gzip in base64, with its SHA-256. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MOST_PACKED_BYTES, MOST_REPORT_BYTES } from '../../../../shared/domain/checks/vulnerabilities/limits.ts';
import type { Packed } from '../../../../shared/domain/checks/vulnerabilities/scan-log.ts';

/** `undefined`: it is not what was packed, or more than a report may be. Never throws for what stands in a log. */
export function unpack({ base64, sha256 }: Packed): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  // What is no base64 is skipped when it is read, and comes out differently when it is written again.
  if (bytes.length > MOST_PACKED_BYTES || bytes.toString('base64') !== base64) return undefined;
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_REPORT_BYTES }).toString('utf8');
  } catch {
    return undefined; // Whatever zlib calls it, it is no report.
  }
}
