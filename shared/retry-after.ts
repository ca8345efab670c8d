/** Nobody is asked to wait for thirty years. */
const AS_EPOCH = 1_000_000_000;

/** Seconds of a `Retry-After` header, which is a number or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterSeconds(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  // Docker Hub answers with the time itself, in seconds (https://github.com/docker/hub-feedback/issues/2459).
  if (seconds >= AS_EPOCH) return Math.max(0, Math.ceil(seconds - Date.now() / 1000));
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
