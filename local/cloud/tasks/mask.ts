/**
 * Keeps secrets out of a log. Text comes in chunks that may end in the middle of a secret, so only whole lines are let through; of a secret
 * with several lines each line is hidden.
 */
const HIDDEN = '***';

/** A program that writes no line end for so long is let through all the same. */
const LONGEST_LINE = 64 * 1024;

export interface Mask {
  /** The text that may be shown now. */
  push(text: string): string;
  /** The rest, at the end. */
  flush(): string;
  /** A whole text at once. */
  apply(text: string): string;
}

export function createMask(secrets: string[]): Mask {
  const hidden = [...new Set(secrets.flatMap((secret) => secret.split(/\r?\n/)))]
    .filter((line) => line.trim() !== '')
    // The longest first: one secret may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  const apply = (text: string) => hidden.reduce((masked, secret) => masked.replaceAll(secret, HIDDEN), text);
  let rest = '';
  const take = (length: number) => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return apply(taken);
  };
  return {
    apply,
    push(text) {
      rest += text;
      const lines = rest.lastIndexOf('\n') + 1;
      return take(lines > 0 ? lines : rest.length > LONGEST_LINE ? rest.length : 0);
    },
    flush: () => take(rest.length),
  };
}
