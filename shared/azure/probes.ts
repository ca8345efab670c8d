/** One GET, as the outside sees an app. A redirect is an answer and not followed; the body is not read. */
import type { Probes } from '../ports/probes.ts';

export const httpProbes = (): Probes => ({
  async get(url, { timeoutSeconds }) {
    try {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutSeconds * 1000) });
      await response.body?.cancel();
      return { status: response.status };
    } catch (error) {
      return { problem: problemOf(error, timeoutSeconds) };
    }
  },
});

/** `fetch` says only "fetch failed"; the reason is its cause. */
function problemOf(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutSeconds} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
