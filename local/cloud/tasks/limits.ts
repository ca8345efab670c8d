/** Limits and defaults of ACR Tasks, each with the page it comes from; and those of this emulation, said as such. */

/** Run timeout, seconds. https://learn.microsoft.com/rest/api/containerregistry/registries/schedule-run (`timeout`). */
export const RUN_TIMEOUT_SECONDS = { least: 300, most: 28_800, default: 3_600 };

/** A step without a timeout. https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml (`stepTimeout`). */
export const STEP_TIMEOUT_SECONDS = 600;

/** Between two attempts of a step. https://github.com/Azure/acr-builder, graph/task.go. */
export const RETRY_DELAY_SECONDS = 5;

/** The network of steps that say nothing else. https://github.com/Azure/acr-builder, graph/network.go. */
export const DEFAULT_NETWORK = 'acb_default_network';

/** The two steps of a Docker build. https://github.com/Azure/acr-builder, cmd/acb/commands/build/build.go. */
export const DOCKER_BUILD_TIMEOUT_SECONDS = 8 * 3_600;
export const DOCKER_PUSH_TIMEOUT_SECONDS = 30 * 60;

/** A push is tried three times. https://github.com/Azure/acr-builder, builder/push.go. */
export const PUSH = { attempts: 3, firstWaitMs: 250, longestWaitMs: 5_000 };

/** Run logs are kept 30 days. https://learn.microsoft.com/azure/container-registry/container-registry-tasks-logs */
export const LOG_KEPT_MS = 30 * 24 * 3_600_000;

/** Of this emulation. Azure's own are not documented. */
export const UPLOAD_KEPT_MS = 24 * 3_600_000;
export const UPLOAD_BYTES = 1024 * 1024 * 1024;
export const LOG_BYTES = 64 * 1024 * 1024;
export const LINK_VALID_MS = 75 * 60_000;
export const RUNS_AT_ONCE = 2;
export const RUNS_LISTED = 100;
export const LOOK_AT_SOURCES_EVERY_MS = 1_000;
/** A repository that could not be reached is asked again after this time. */
export const LOOK_AGAIN_AFTER_TROUBLE_MS = 30_000;
/** How long git may take to answer what a branch is at, and to fetch it. */
export const GIT_LOOK_WITHIN_MS = 20_000;
export const GIT_FETCH_WITHIN_MS = 600_000;
/** Between asking a step's programs to end and ending them. */
export const STOP_GRACE_MS = 2_000;
