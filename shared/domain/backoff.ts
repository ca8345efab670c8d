/** How long trouble rests: one minute, doubling with each failure in a row, one hour at most. */
const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

/** `failures` in a row, from 1. Answers milliseconds. */
export const backoffMs = (failures: number): number => Math.min(FIRST_MS * 2 ** Math.max(failures - 1, 0), LONGEST_MS);

/** Seconds until the next look at something that runs since `elapsedMs`: 2 at first, growing with its age, 30 at most. */
export const watchSeconds = (elapsedMs: number): number => Math.min(30, Math.max(2, Math.round(elapsedMs / 10_000)));
