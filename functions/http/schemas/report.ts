/** What the API says of a scan: every finding, what fails and what is waived, and what the scan was made with. */
import { z } from 'zod';
import { severity } from '../../../shared/domain/checks/vulnerabilities/finding.ts';
import { digest, time } from './common.ts';

const findingFields = {
  id: z.string().describe('As the scanner names it, such as a CVE.'),
  package: z.string(),
  installed: z.string(),
  fixed: z.string().optional().describe('The version without it.'),
  severity,
  title: z.string(),
};
const counts = z.record(severity, z.int());

export const scanSeen = z
  .strictObject({
    gate: z.string(),
    digest: digest.describe('The candidate: the upstream digest.'),
    check: z.string(),
    platform: z.string(),
    format: z.enum(['trivy', 'sarif']),
    tool: z.string().describe('The scanner, by digest.'),
    at: time,
    databaseAt: time.optional().describe('From when the data of the scanner is, if that is known.'),
    counts: counts.describe('Of all findings, by severity.'),
    failing: z.int(),
    waived: z.int(),
    findings: z
      .array(
        z.strictObject({
          ...findingFields,
          fails: z.string().optional().describe('Why it fails; missing when it does not.'),
          isNew: z.literal(true).optional().describe('The current digest did not have it.'),
          waived: z.strictObject({ reason: z.string(), until: time }).optional(),
        }),
      )
      .describe('What fails first, then the worst.'),
    leftOut: z.int().describe('How many findings, the least of them, are not in the list.'),
    removed: z
      .strictObject({ counts, findings: z.array(z.strictObject(findingFields)) })
      .optional()
      .describe('What the current digest had and the candidate has not; missing when it was not scanned.'),
  })
  .meta({ id: 'Scan' });
