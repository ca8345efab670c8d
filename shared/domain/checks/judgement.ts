/** What every kind of check has in common: a verdict, and the words of a log that go with it. */
import type { Verdict } from '../outcome.ts';

export interface Judgement {
  verdict: Verdict;
  reasons: string[];
}

const REASON_LINES = 5;
const REASON_CHARACTERS = 600;

export function lastWords(lines: string[]): string[] {
  const text = lines
    .filter((line) => line.trim() !== '')
    .slice(-REASON_LINES)
    .map(printable)
    .join('\n');
  return text === '' ? [] : text.slice(-REASON_CHARACTERS).split('\n');
}

/** A candidate's words end up in terminals and pages: no control characters. */
export const printable = (text: string) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
