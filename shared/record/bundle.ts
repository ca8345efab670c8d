/**
 * Seals a promotion record, and opens one: the signature first, and only what it covers is parsed.
 *
 * ECDSA over P-256 with SHA-256, in ASN.1 DER, as every verifier of Sigstore bundles expects it.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { bundleOf, readBundle, toSign } from '../domain/record/envelope.ts';
import { readStatement, statementOf, type PromotionRecord } from '../domain/record/statement.ts';

/** A record is a few kilobytes; each check adds some hundred bytes. */
export const BUNDLE_BYTES = 256 * 1024;

/** Signs bytes with the version of the key that the record names. */
export type Sign = (bytes: Uint8Array) => Promise<Uint8Array>;

/** `publicKey`: of that same version, as PEM. */
export async function seal(
  record: PromotionRecord,
  { name, publicKey, sign }: { name: string; publicKey: string; sign: Sign },
): Promise<Uint8Array> {
  const statement = statementOf(record, { name });
  const signature = await sign(toSign(statement));
  const key = createPublicKey(publicKey);
  if (!verifies(statement, signature, key)) {
    throw new Error(`the signature by ${record.key} does not verify with its public key; nothing was attached`);
  }
  const hint = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return bundleOf({
    statement: Buffer.from(statement).toString('base64'),
    signature: Buffer.from(signature).toString('base64'),
    hint,
  });
}

export type Opened = { kind: 'record'; record: PromotionRecord } | { kind: 'refused'; problem: string };

/** `publicKeys`: as PEM; one that verifies is enough. */
export function open(bundleJson: unknown, { publicKeys }: { publicKeys: string[] }): Opened {
  const found = readBundle(bundleJson);
  if (found.kind === 'other') return { kind: 'refused', problem: found.problem };
  const statement = Buffer.from(found.statement, 'base64');
  const signature = Buffer.from(found.signature, 'base64');
  if (!publicKeys.some((pem) => verifies(statement, signature, createPublicKey(pem)))) {
    return { kind: 'refused', problem: 'its signature is not by this key, or what it covers was changed' };
  }
  const read = readStatement(statement);
  return read.kind === 'record' ? read : { kind: 'refused', problem: read.problem };
}

/** A key of another kind verifies nothing. */
function verifies(statement: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  return verify('sha256', toSign(statement), key, signature);
}
