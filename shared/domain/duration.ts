/**
 * Durations as people write them in a policy: `90s`, `5m`, `72h`, `7d`.
 *
 * One number and one unit: `1h30m` is refused rather than guessed at, since "90m" says the same and can be compared by eye.
 */
const MS_PER_UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longer is taken for a slip of the pen; it also keeps every sum with an epoch time exact. */
const LONGEST_MS = 366 * MS_PER_UNIT.d;

/** Milliseconds, or `undefined` when the text is no duration or longer than a year. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?<count>[0-9]{1,9})(?<unit>[smhd])$/.exec(text)?.groups;
  if (!parts) return undefined;
  const milliseconds = Number(parts['count']) * MS_PER_UNIT[parts['unit'] as keyof typeof MS_PER_UNIT];
  return milliseconds <= LONGEST_MS ? milliseconds : undefined;
}
