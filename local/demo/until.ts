/** Asks again and again until there is an answer, and says what was last seen when there is none in time. */
import { setTimeout as sleep } from 'node:timers/promises';

export class NotInTime extends Error {
  readonly code = 'NotInTime';
}

/** What was seen in place of what is waited for. */
class Missing {
  readonly seen: string;

  constructor(seen: string) {
    this.seen = seen;
  }
}
export const missing = (seen: unknown): Missing =>
  new Missing(typeof seen === 'string' ? seen : `${JSON.stringify(seen)}`);

const ASK_EVERY_MS = 500;

/** What `look` throws is not waited out. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | Missing>,
  { withinSeconds, askEveryMs = ASK_EVERY_MS }: { withinSeconds: number; askEveryMs?: number },
): Promise<Found> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    const seen = await look();
    if (!(seen instanceof Missing)) return seen;
    if (Date.now() > deadline)
      throw new NotInTime(`after ${withinSeconds} s still not: ${what}; last seen: ${seen.seen}`);
    await sleep(askEveryMs);
  }
}

/** A claim of the demo. Throws with what was seen when it does not hold. */
export function claim(what: string, holds: boolean, seen: unknown): void {
  if (!holds) throw new Error(`not true: ${what}; seen: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`);
}
