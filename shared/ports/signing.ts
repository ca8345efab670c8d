/** The key that promotion records are signed with: EC P-256; its private part never leaves the vault. */

/** One version of the key. */
export interface SigningKey {
  /** As the vault names it, with the version. */
  id: string;
  version: string;
  /** SPKI, PEM. */
  publicKey: string;
}

export interface Signing {
  /** Every version that counts, the newest first; none when there is no such key, or every version is disabled. */
  keys(): Promise<SigningKey[]>;
  /** ECDSA over SHA-256, in ASN.1 DER. */
  sign(key: SigningKey, bytes: Uint8Array): Promise<Uint8Array>;
}
