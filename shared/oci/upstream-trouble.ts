/** A registry that is not ours did not answer the question. It never says that an image is gone: only a 404 does. */
export class UpstreamTrouble extends Error {
  readonly code = 'UpstreamTrouble';
  readonly host: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    host: string,
    problem: string,
    details: { status?: number; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    const wait = details.retryAfterSeconds === undefined ? '' : `; it asks to wait ${details.retryAfterSeconds} s`;
    super(`${host} ${problem}${wait}`, { cause: details.cause });
    this.host = host;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
