/** A registry that is not ours did not answer the question. It never says that an image is gone: only a 404 does. */
export class UpstreamTrouble extends Error {
  readonly code = 'UpstreamTrouble';
  readonly host: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** There was no answer within our patience. */
  readonly timedOut: boolean;

  constructor(
    host: string,
    problem: string,
    details: { status?: number; retryAfterSeconds?: number | undefined; timedOut?: boolean; cause?: unknown } = {},
  ) {
    const wait = details.retryAfterSeconds === undefined ? '' : `; it asks to wait ${details.retryAfterSeconds} s`;
    super(`${host} ${problem}${wait}`, { cause: details.cause });
    this.host = host;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.timedOut = details.timedOut ?? false;
  }
}
