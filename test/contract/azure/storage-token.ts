/** A login for the storage of the local runtime. */

/** As Entra ID issues it for storage; Azurite reads the claims and not the signature. */
export function storageToken(): { token: string; expiresOnTimestamp: number } {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://sts.windows.net/tenant/',
    aud: 'https://storage.azure.com',
    iat: now,
    nbf: now,
    exp: now + 3600,
  };
  return {
    token: `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`,
    expiresOnTimestamp: Date.now() + 3_600_000,
  };
}
