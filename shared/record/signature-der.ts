/**
 * From the form in which Key Vault gives an ECDSA signature (r and s, 32 bytes each, one after the other) to ASN.1 DER.
 *
 * An INTEGER of DER is signed and as short as can be: zeros in front go, and one comes back where the first bit would say "negative".
 */
const HALF = 32;

export function derOf(raw: Uint8Array): Uint8Array {
  if (raw.length !== 2 * HALF)
    throw new RangeError(`an ES256 signature has ${2 * HALF} bytes, and this has ${raw.length}`);
  const body = [...integer(raw.subarray(0, HALF)), ...integer(raw.subarray(HALF))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

function integer(bytes: Uint8Array): number[] {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? [0] : [...bytes.subarray(first)];
  const padded = (digits[0] ?? 0) >= 0x80 ? [0, ...digits] : digits;
  return [0x02, padded.length, ...padded];
}
