/** Limits of the distribution API, and our patience with registries that are not ours. */

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pushing-manifests: registries should accept 4 MiB. */
export const MANIFEST_BYTES = 4 * 1024 * 1024;
/** Ours: a token is a few kilobytes. */
export const TOKEN_ANSWER_BYTES = 256 * 1024;
/** One request, its body included. */
export const REQUEST_SECONDS = 10;
export const REDIRECTS = 3;
/** Ours: shorter than servers usually wait, so that it is seldom they who close. */
export const IDLE_CONNECTION_SECONDS = 4;
/** https://distribution.github.io/distribution/spec/auth/token/: 60 when the answer does not say. */
export const TOKEN_SECONDS = 60;
/** A token is not used in its last seconds: it has to arrive before it expires. */
export const TOKEN_MARGIN_SECONDS = 10;
