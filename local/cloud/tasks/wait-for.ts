/** Waits on the clock of the cloud. Throws the reason of the signal when that comes first. */
import type { Clock } from '../../clock.ts';

export async function waitFor(ms: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
  const woken = Promise.withResolvers<void>();
  const cancelTimer = clock.after(ms, () => woken.resolve());
  const wake = () => woken.resolve();
  signal.addEventListener('abort', wake, { once: true });
  if (!signal.aborted) await woken.promise;
  signal.removeEventListener('abort', wake);
  cancelTimer();
  signal.throwIfAborted();
}
