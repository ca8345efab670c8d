/** Numbers of Azure Key Vault that this emulation keeps. */

/** https://learn.microsoft.com/azure/key-vault/secrets/about-secrets : a secret's value is at most 25 KB. */
export const SECRET_VALUE_MAX_BYTES = 25 * 1024;

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets : at most 25 a page. */
export const PAGE_MAX_RESULTS = 25;

/** https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview : what is deleted can be recovered for 90 days unless the vault says otherwise. */
export const RECOVERABLE_DAYS = 90;

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates : object names. */
export const OBJECT_NAME = /^[0-9a-zA-Z-]{1,127}$/;
