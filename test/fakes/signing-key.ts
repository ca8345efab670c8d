/** A signing key as a key vault keeps it: versions that a person adds and disables. What it signs is really signed. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Signing, SigningKey } from '../../shared/ports/signing.ts';
import { failable, type Failures } from './failures.ts';

export type FakeSigningKey = Signing &
  Failures<Signing> & {
    /** A new version; what the earlier ones signed still counts. */
    rotate(): SigningKey;
    /** As after `az keyvault key set-attributes --enabled false`. */
    disable(version: string): void;
    /** How many signatures were made. */
    signed(): number;
  };

export function fakeSigningKey(): FakeSigningKey {
  const versions: { key: SigningKey; secret: KeyObject }[] = [];
  let signatures = 0;
  const rotate = (): SigningKey => {
    const { privateKey: secret, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const version = `${versions.length + 1}`.padStart(32, '0');
    const id = `https://contoso.vault.azure.net/keys/promotions/${version}`;
    const key = { id, version, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
    versions.unshift({ key, secret });
    return key;
  };
  rotate();

  const port: Signing = {
    keys: async () => versions.map(({ key }) => key),
    async sign(key, bytes) {
      const found = versions.find((one) => one.key.version === key.version);
      if (!found) throw new Error(`there is no version ${key.version} of the signing key`);
      signatures++;
      return sign('sha256', bytes, found.secret);
    },
  };
  return Object.assign(failable(port), {
    rotate,
    disable(version: string) {
      versions.splice(0, versions.length, ...versions.filter(({ key }) => key.version !== version));
    },
    signed: () => signatures,
  });
}
