/**
 * A part of a log, from a byte offset on. While the log grows only whole lines are given: the end of what was read so far may be half of a
 * character.
 */
export function partOfLog(
  { text, complete }: { text: string; complete: boolean },
  offset: number,
): { text: string; nextOffset: number } {
  const bytes = Buffer.from(text, 'utf8');
  const end = complete ? bytes.length : bytes.lastIndexOf(0x0a) + 1;
  return offset >= end
    ? { text: '', nextOffset: offset }
    : { text: bytes.subarray(offset, end).toString('utf8'), nextOffset: end };
}
