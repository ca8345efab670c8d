/** Numbers of Azure's identity platform that this emulation keeps. */

/** https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-faq : managed identity tokens are cached for 24 hours. */
export const TOKEN_LIFETIME_SECONDS = 24 * 3600;
