/** What both report formats share: JSON that may be none, and whether a report is about the image that was asked about. */
import { word, type ScannedImage } from './finding.ts';

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is one of the ways to be no report; the caller says so.
  }
}

interface Named {
  /** Digests of configurations, which are what an image in a file is known by. */
  configurations: string[];
  /** `repository@digest`. */
  references: string[];
}

/** `undefined`: it names this image. A tag or a name would be no proof. */
export function imageProblem({ configurations, references }: Named, image: ScannedImage): string | undefined {
  const other = configurations.find((one) => one !== image.configuration);
  if (other !== undefined) return `the report is about another image (${word(other)}), not ${image.configuration}`;
  if (configurations.length > 0) return undefined;
  const digests = references.map((one) => one.split('@')[1] ?? '').filter((one) => one !== '');
  if (digests.length === 0) return 'the report does not say by digest which image it is about';
  if (digests.some((one) => image.digests.includes(one))) return undefined;
  return `the report is about another image (${word(digests[0])})`;
}
