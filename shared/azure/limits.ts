/** Limits of the services that the clients here talk to, each with the page it comes from, and how long we have patience with them. */

// ---- patience ------------------------------------------------------------------------------------------------------------------

/** One call, its repetitions included. An activity has several of them, and the durable layer repeats the activity. */
export const CALL_DEADLINE_SECONDS = 60;
export const CALL_TRIES = 3;
/** A `Retry-After` above this is not sat out within the activity: it is handed on as `retryAfterSeconds`. */
export const LONGEST_PAUSE_SECONDS = 10;
/** Between two looks at a long-running operation whose answers name no `Retry-After`. */
export const OPERATION_POLL_MS = 1000;

/** Short: what is not sent within it waits on the disk, and the host gives a worker that it stops some ten seconds. */
export const TELEMETRY_DEADLINE_SECONDS = 5;

/** One read of the policy: whoever asks for it has work to do, which goes on by the policy that is known. */
export const POLICY_DEADLINE_SECONDS = 10;
/** Between the two tries of that. */
export const POLICY_PAUSE_MS = 500;
/** An answer about it counts for so long: a promotion asks two dozen times, and a sweep asks for every gate. */
export const POLICY_COUNTS_MS = 1_000;
/** And trouble for so long, so that work is not held up each time. */
export const POLICY_TROUBLE_COUNTS_MS = 30_000;

// ---- Table Storage: learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model --------------------

/** Text is kept in UTF-16: 64 KiB in a property. Somewhat less, so that a cut can move off a surrogate pair. */
export const COLUMN_CHARACTERS = 32_000;
export const ENTITY_BYTES = 1024 * 1024;
/** 1 KiB of UTF-16. */
export const KEY_CHARACTERS = 512;
/** learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
export const TRANSACTION_CHANGES = 100;

// ---- ACR Tasks -----------------------------------------------------------------------------------------------------------------

/** learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml: 300 to 28800 seconds for a run. */
export const RUN_SECONDS = { least: 300, most: 28_800 };
/**
 * Ours. Half is kept of the head and half of the tail: a result line is the last one. Two reports of a scan fit into it
 * (`shared/domain/checks/vulnerabilities/limits.ts`).
 */
export const LOG_BYTES = 8 * 1024 * 1024;

// ---- key vault -----------------------------------------------------------------------------------------------------------------

/** Ours: versions of the signing key whose records still count. */
export const KEY_VERSIONS = 20;

// ---- registries ----------------------------------------------------------------------------------------------------------------

/** Ours: a configuration blob is a few kilobytes; github.com/opencontainers/distribution-spec asks for 4 MiB of manifests. */
export const JSON_BLOB_BYTES = 4 * 1024 * 1024;
/** Ours. Each referrer is read to tell what it is, and an image has a handful of them. */
export const MOST_REFERRERS = 1000;
/** Ours: one page of that list, as the registry cuts it. */
export const REFERRERS_PAGE_BYTES = 4 * 1024 * 1024;

// ---- reports -------------------------------------------------------------------------------------------------------------------

/** Ours: of one report of a check, which lists so many findings at most (`shared/domain/checks/vulnerabilities/scan-report.ts`). */
export const REPORT_BYTES = 8 * 1024 * 1024;
