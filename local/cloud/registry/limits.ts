/** Numbers of Azure Container Registry, each with the page it comes from. */

/** https://learn.microsoft.com/azure/container-registry/container-registry-skus; the Azure SDK stops reading at the same size. */
export const MANIFEST_BYTES = 4 * 1024 * 1024;

/** Manifests of one image that an import copies: https://learn.microsoft.com/azure/container-registry/container-registry-import-images */
export const IMPORT_MANIFESTS = 50;

const GIB = 1024 ** 3;
const PREMIUM = { sizeBytes: 500 * GIB, webhooks: 500 };

/** Scope maps and tokens are Premium's: https://learn.microsoft.com/azure/container-registry/container-registry-skus */
export const USAGE = {
  scopeMaps: 50_000,
  tokens: 50_000,
  included: (sku: unknown): { sizeBytes: number; webhooks: number } => {
    if (sku === 'Basic') return { sizeBytes: 10 * GIB, webhooks: 2 };
    if (sku === 'Standard') return { sizeBytes: 100 * GIB, webhooks: 10 };
    return PREMIUM;
  },
};

/** 75 minutes: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
export const ACCESS_TOKEN_SECONDS = 75 * 60;

/** https://learn.microsoft.com/azure/container-registry/container-registry-authentication */
export const REFRESH_TOKEN_SECONDS = 3 * 60 * 60;

/** Entries of a list when the client names no `n`, and the most it gets. Observed by clients, in no page. */
export const PAGE = { standard: 100, most: 1000 };

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcontainerregistry */
export const REGISTRY_NAME = /^[a-zA-Z0-9]{5,50}$/;
export const SCOPE_MAP_OR_TOKEN_NAME = /^[a-zA-Z0-9-_]{5,50}$/;

// Of this emulation, not of Azure.

/** Answered operations are forgotten after that. */
export const OPERATION_KEPT_MS = 24 * 60 * 60 * 1000;

/** Unfinished uploads, and blobs that no manifest came for, are forgotten by the first start after that. */
export const UNUSED_KEPT_MS = 24 * 60 * 60 * 1000;

/** A source that sends nothing for so long has failed, so that no import hangs. */
export const SOURCE_SILENCE_MS = 60_000;

/** A poll of a running import is answered when the import ends, at the latest after that. */
export const POLL_PATIENCE_MS = 250;
