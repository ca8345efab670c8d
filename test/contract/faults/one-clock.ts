/**
 * One virtual clock for everything in this process: what asks a `Clock`, and what asks `Date`, as the clients of Azure do for their tokens.
 *
 * Sockets and the pauses of the clients go on in real time; `realNow` is for whoever lives in another process.
 */
import { vi } from 'vitest';
import { virtualClock, type VirtualClock } from '../../../local/clock.ts';

export interface OneClock extends VirtualClock {
  /** `Date` is real again. */
  restore(): void;
}

/** Epoch milliseconds, whatever `Date` says. */
export const realNow = (): number => performance.timeOrigin + performance.now();

export function oneClock(): OneClock {
  const startMs = Math.ceil(realNow());
  const clock = virtualClock(startMs);
  vi.useFakeTimers({ toFake: ['Date'], now: startMs });
  return {
    ...clock,
    after: (afterMs, wake) =>
      clock.after(afterMs, () => {
        vi.setSystemTime(clock.now());
        wake();
      }),
    restore: () => void vi.useRealTimers(),
  };
}
