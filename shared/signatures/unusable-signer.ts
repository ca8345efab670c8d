/**
 * A key or a trust root of the policy that cannot be used, so that nothing can be said of any signature. Their form was checked with the
 * policy; what their bytes hold shows here.
 */
export class UnusableSigner extends Error {
  readonly code = 'UnusableSigner';

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}
