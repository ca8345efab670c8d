/**
 * Where the report and the log of a check are read. With several platforms a check has one of each for each of them: the name of a platform
 * has slashes, so it goes into the query.
 */
import { z } from 'zod';

export const platformQuery = {
  platform: z.string().max(100).optional().describe('Where a gate has several: the platform that was asked about.'),
};

/** `question`: the check's name, and with several platforms `<check>:<platform>`. */
export const reportAddress = (gate: string, digest: string, question: string): string =>
  address(gate, digest, question, (check) => `reports/${check}`);

export const logAddress = (gate: string, digest: string, question: string): string =>
  address(gate, digest, question, (check) => `checks/${check}/log`);

function address(gate: string, digest: string, question: string, of: (check: string) => string): string {
  const [check = '', platform] = question.split(':');
  const query = platform === undefined ? '' : `?platform=${encodeURIComponent(platform)}`;
  return `/api/gates/${gate}/candidates/${digest}/${of(check)}${query}`;
}

export const questionAsked = (check: string, platform: string | undefined): string =>
  platform === undefined ? check : `${check}:${platform}`;
