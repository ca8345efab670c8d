/** The only source of time in `local/`: real, or virtual, where time stands still until a test moves it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `wake` once, `afterMs` from now. Answers a function that cancels it. */
  after(afterMs: number, wake: () => void): () => void;
}

/** Longest delay of a Node timer; longer ones are cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  after(afterMs, wake) {
    let timer: NodeJS.Timeout;
    const arm = (remainingMs: number) => {
      const stepMs = Math.min(Math.max(remainingMs, 0), LONGEST_TIMER_MS);
      timer = setTimeout(() => (remainingMs > stepMs ? arm(remainingMs - stepMs) : wake()), stepMs);
    };
    arm(afterMs);
    return () => clearTimeout(timer);
  },
};

export interface VirtualClock extends Clock {
  /** Moves time to the next thing that waits, and wakes it. `false` when nothing waits. */
  advanceToNext(): boolean;
  /** Moves time forward, waking on the way what falls due, in order. */
  advance(byMs: number): void;
}

export function virtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  let order = 0;
  const waiting = new Set<{ at: number; order: number; wake: () => void }>();
  const next = () => [...waiting].toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
  const wakeNext = (untilMs: number): boolean => {
    const entry = next();
    if (!entry || entry.at > untilMs) return false;
    waiting.delete(entry);
    nowMs = Math.max(nowMs, entry.at);
    entry.wake();
    return true;
  };
  return {
    now: () => nowMs,
    after(afterMs, wake) {
      const entry = { at: nowMs + Math.max(afterMs, 0), order: order++, wake };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    advanceToNext: () => wakeNext(Infinity),
    advance(byMs) {
      const untilMs = nowMs + byMs;
      while (wakeNext(untilMs));
      nowMs = untilMs;
    },
  };
}
