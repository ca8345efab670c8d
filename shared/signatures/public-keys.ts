/** Signatures with a key of the policy. Which algorithm it is comes from the key, never from what was signed. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { UnusableSigner } from './unusable-signer.ts';

export interface NamedKey {
  path: string;
  key: KeyObject;
}

export function openKeys(keys: { path: string; pem: string }[]): NamedKey[] {
  return keys.map(({ path, pem }) => {
    try {
      return { path, key: createPublicKey(pem) };
    } catch (error) {
      throw new UnusableSigner(
        `"${path}" of the policy folder is no usable public key; put the right file there`,
        error,
      );
    }
  });
}

/** The first key that has signed exactly these bytes. ECDSA signatures are in DER, as cosign writes them. */
export const signingKey = (keys: NamedKey[], signed: Uint8Array, signature: Uint8Array): NamedKey | undefined =>
  keys.find(({ key }) => verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key, signature));
