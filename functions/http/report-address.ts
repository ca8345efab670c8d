/** Where the report of a check is read. With several platforms a check has a report for each: a platform has slashes, so it goes into the query. */
import { z } from 'zod';

export const reportQuery = z.strictObject({
  platform: z.string().max(100).optional().describe('Where a gate has several: the platform that was asked about.'),
});

/** `question`: the check's name, and with several platforms `<check>:<platform>`. */
export function reportAddress(gate: string, digest: string, question: string): string {
  const [check, platform] = question.split(':');
  const query = platform === undefined ? '' : `?platform=${encodeURIComponent(platform)}`;
  return `/api/gates/${gate}/candidates/${digest}/reports/${check}${query}`;
}

export const questionAsked = (check: string, platform: string | undefined): string =>
  platform === undefined ? check : `${check}:${platform}`;
