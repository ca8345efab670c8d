/** `fetch` with our patience: a deadline over the whole answer, no redirect followed, bodies only up to a size. */
import { head } from './head.ts';
import { REQUEST_SECONDS } from './limits.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

export type Method = 'GET' | 'HEAD';

/** Throws `UpstreamTrouble` when there is no answer. */
export async function boundedFetch(
  url: URL,
  request: { method: Method; headers: Record<string, string> },
): Promise<Response> {
  const headers = { 'User-Agent': 'gated-import', ...request.headers };
  const signal = AbortSignal.timeout(REQUEST_SECONDS * 1000);
  try {
    if (request.method === 'HEAD') return await head(url, { headers, signal });
    return await fetch(url, { headers, redirect: 'manual', signal });
  } catch (error) {
    throw noAnswer(url, error);
  }
}

export async function readBounded(url: URL, response: Response, mostBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of response.body ?? []) {
      bytes += part.byteLength;
      if (bytes > mostBytes) throw new UpstreamTrouble(url.host, `answered more than ${mostBytes} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof UpstreamTrouble ? error : noAnswer(url, error);
  }
  return Buffer.concat(parts);
}

/** The connection is given back; nobody reads the body of a refusal. */
export const discard = async (response: Response): Promise<void> => void (await response.body?.cancel());

/** `fetch` says only "fetch failed"; the reason is its cause, whose code tells a refused connection from one that speaks no TLS. */
export const networkCode = (error: unknown): string | undefined => {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

function noAnswer(url: URL, error: unknown): UpstreamTrouble {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  const problem = timedOut ? `gave no answer within ${REQUEST_SECONDS} s` : `could not be reached: ${reason}`;
  return new UpstreamTrouble(url.host, problem, { timedOut, cause: error });
}
