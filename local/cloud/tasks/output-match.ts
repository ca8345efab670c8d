/** Looks for texts in the output of a program as it passes by, also where one begins in one chunk and ends in the next. */
export interface OutputMatch {
  see(chunk: Buffer): void;
  /** One of the texts was there; or there is none to look for. */
  isRetried(): boolean;
}

/** `retryOnErrors` of a step. */
export function createOutputMatch(texts: string[]): OutputMatch {
  const wanted = texts.map((text) => Buffer.from(text));
  const longest = Math.max(0, ...wanted.map(({ length }) => length));
  let found = wanted.length === 0;
  let tail = Buffer.alloc(0);
  return {
    see(chunk) {
      if (found) return;
      const seen = Buffer.concat([tail, chunk]);
      found = wanted.some((text) => seen.includes(text));
      tail = seen.subarray(Math.max(0, seen.length - longest + 1));
    },
    isRetried: () => found,
  };
}
