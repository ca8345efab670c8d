/**
 * What the trusted runner of a scan printed: how each scan ended, and the reports, packed and framed.
 *
 * A report may be megabytes and a log is read with a limit, so it comes as gzip in base64 with its SHA-256. Every line of
 * the frame begins with the nonce, which the scanner does not know, and what the scanner says itself has a prefix.
 */
export const WORDS_PREFIX = 'scanner | ';

export interface Packed {
  base64: string;
  /** Of the packed bytes. */
  sha256: string;
}

export const PARTS = ['candidate', 'current', 'database'] as const;
export type PartName = (typeof PARTS)[number];
export type ScanImageName = 'scanner' | 'candidate' | 'current';
const IMAGES: readonly ScanImageName[] = ['scanner', 'candidate', 'current'];

/** `code`: the exit code of a scan; a word of the runner in its place when there is no report for another reason. */
export interface ScanLog {
  /** Whether the runner came to its end. */
  ended: boolean;
  /** What it was told to run and to scan, by digest. */
  images: Map<ScanImageName, string>;
  codes: Map<PartName, string>;
  parts: Map<PartName, Packed>;
  /** The last thing that it said is not what comes after what it said before. */
  garbled: boolean;
  /** What the scanner said on its standard error. */
  words: string[];
}

interface Reading extends ScanLog {
  open?: { name: PartName; sha256: string; lines: string[] } | undefined;
}

export function readScanLog(log: string, nonce: string): ScanLog {
  const read: Reading = {
    ...{ ended: false, garbled: false, words: [] },
    ...{ images: new Map(), codes: new Map(), parts: new Map() },
  };
  const prefix = `gate-scan ${nonce} `;
  for (const line of log.split(/\r?\n/)) {
    if (line.startsWith(prefix)) read.garbled = !take(read, line.slice(prefix.length).split(' ')) || read.garbled;
    else if (read.open) read.open.lines.push(line);
    else if (line.startsWith(WORDS_PREFIX)) read.words.push(line.slice(WORDS_PREFIX.length));
  }
  const { open, ...found } = read;
  return open ? { ...found, garbled: true } : found;
}

/** `false`: this is not what may come next. */
function take(read: Reading, [word = '', name = '', value = '', ...more]: string[]): boolean {
  if (read.ended || more.length > 0) return false;
  const part = PARTS.find((one) => one === name);
  if (word === 'end') {
    if (!part || read.open?.name !== part || value !== '') return false;
    read.parts.set(part, { base64: read.open.lines.join(''), sha256: read.open.sha256 });
    read.open = undefined;
    return true;
  }
  if (read.open) return false;
  switch (word) {
    case 'image': {
      const image = IMAGES.find((one) => one === name);
      if (!image || read.images.has(image)) return false;
      read.images.set(image, value);
      return true;
    }
    case 'begin':
      if (!part || read.parts.has(part)) return false;
      read.open = { name: part, sha256: value, lines: [] };
      return true;
    case 'code':
      if (!part || read.codes.has(part)) return false;
      read.codes.set(part, value);
      return true;
    case 'done':
      read.ended = name === '';
      return read.ended;
    default:
      return false;
  }
}
