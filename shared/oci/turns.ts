/** Bounds how many requests one registry has from this process at once, whoever asks: the batches of a sweep run side by side, and so do gates. */
import type { Host } from '../domain/reference.ts';
import { REQUESTS_AT_ONCE } from './limits.ts';

export type TakeTurn = <T>(host: Host, work: () => Promise<T>) => Promise<T>;

export function turns(): TakeTurn {
  const busy = new Map<Host, number>();
  const waiting = new Map<Host, (() => void)[]>();

  return async (host, work) => {
    const now = busy.get(host) ?? 0;
    if (now < REQUESTS_AT_ONCE) busy.set(host, now + 1);
    else await new Promise<void>((next) => waiting.set(host, [...(waiting.get(host) ?? []), next]));
    try {
      return await work();
    } finally {
      const next = waiting.get(host)?.shift();
      // The turn goes on to whoever waits longest, or is given back.
      if (next) next();
      else busy.set(host, (busy.get(host) ?? 1) - 1);
    }
  };
}
