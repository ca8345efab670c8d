/**
 * The key in the key vault that promotion records are signed with. The vault keeps the private part; what is sent there is a hash.
 *
 * Every enabled version verifies, so a rotation takes nothing back; a version that must not count any more is disabled.
 */
import { createHash, createPublicKey } from 'node:crypto';
import type { KeyVaultKey } from '@azure/keyvault-keys';
import type { Signing, SigningKey } from '../ports/signing.ts';
import { derOf } from '../record/signature-der.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import { KEY_VERSIONS } from './limits.ts';
import { neededRoles } from './needed-roles.ts';

export function azureSigning(clients: Pick<Clients, 'keys'>, { name }: { name: string }): Signing {
  const { keys } = clients;
  const about = (what: string): Question => ({
    service: 'Key Vault',
    what: `${what} the key "${name}"`,
    roles: neededRoles.sign,
  });

  return {
    async keys() {
      const question = about('read');
      return ask(question, async () => {
        const versions: { version: string; createdAt: number }[] = [];
        for await (const { version, enabled, createdOn } of keys.listPropertiesOfKeyVersions(name)) {
          if (version && enabled !== false) versions.push({ version, createdAt: createdOn?.getTime() ?? 0 });
        }
        const newest = versions.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, KEY_VERSIONS);
        const found = await Promise.all(newest.map(({ version }) => keys.getKey(name, { version })));
        return found.map((key) => publicPartOf(question, key));
      }).catch(refusedWith(404, (): SigningKey[] => []));
    },

    async sign({ version }, bytes) {
      return ask(about('sign with'), async () => {
        const hash = createHash('sha256').update(bytes).digest();
        const { result } = await keys.getCryptographyClient(name, { keyVersion: version }).sign('ES256', hash);
        return derOf(result);
      });
    },
  };
}

function publicPartOf(question: Question, { id, key, properties }: KeyVaultKey): SigningKey {
  // The SDK calls a key of a hardware module `EC-HSM`, which is no type of a JSON Web Key to anybody else.
  if (!key?.kty?.startsWith('EC') || key.crv !== 'P-256' || !key.x || !key.y) {
    throw new ServiceTrouble(question, {
      problem: `it is of the kind ${key?.kty ?? 'unknown'} ${key?.crv ?? ''}, and records are signed with EC P-256; make a key of that kind and name it in SIGNING_KEY`,
    });
  }
  const coordinates = { x: base64url(key.x), y: base64url(key.y) };
  const pem = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', ...coordinates } }).export({
    type: 'spki',
    format: 'pem',
  });
  return { id: id ?? '', version: properties.version ?? '', publicKey: pem.toString() };
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
