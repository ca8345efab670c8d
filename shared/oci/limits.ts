/** Limits of the distribution API, and our patience with registries that are not ours. */

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pushing-manifests: registries should accept 4 MiB. */
export const MANIFEST_BYTES = 4 * 1024 * 1024;
/** Ours: a token is a few kilobytes. */
export const TOKEN_ANSWER_BYTES = 256 * 1024;
/** One request, its body included. */
export const REQUEST_SECONDS = 10;
export const REDIRECTS = 3;
/** Ours: to one registry, from one process. None of those we know says a number; all of them count requests in a time. */
export const REQUESTS_AT_ONCE = 16;
/** Ours: however long a registry asks us to wait, it is asked once an hour, as a gate in trouble is. */
export const LONGEST_SILENCE_SECONDS = 3_600;
/** Ours: shorter than servers usually wait, so that it is seldom they who close. */
export const IDLE_CONNECTION_SECONDS = 4;
/** https://distribution.github.io/distribution/spec/auth/token/: 60 when the answer does not say. */
export const TOKEN_SECONDS = 60;
/** Ours: whatever a token says of itself. One that is refused earlier is replaced then. */
export const LONGEST_TOKEN_SECONDS = 3_600;
/** A token is not used in its last seconds: it has to arrive before it expires. */
export const TOKEN_MARGIN_SECONDS = 10;
