/**
 * Whether a text is a public key of a kind that signatures are verified with, told by its form alone: PEM around a SubjectPublicKeyInfo
 * (RFC 5280), which begins with the algorithm. Whether it is a point on its curve shows when it is used, and then the verdict is unknown.
 */

/** Beginnings of the DER in hex, with the length of the whole in bytes where there is one. */
const KINDS = [
  { name: 'ECDSA P-256', begins: '3059301306072a8648ce3d020106082a8648ce3d03010703420004', bytes: 91 },
  { name: 'Ed25519', begins: '302a300506032b6570032100', bytes: 44 },
  // 2048 to 4096 bits: the lengths of the two outer values vary.
  { name: 'RSA', begins: '30820', contains: '300d06092a864886f70d0101010500', bytes: undefined },
];

/** `undefined`: it is one. */
export function publicKeyProblem(text: string): string | undefined {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return 'holds a private key. Take it out of the folder and its history, make a new pair, and put the public key here.';
  }
  const [, body, ...others] =
    /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(text) ?? [];
  const der = body === undefined || others.length > 0 ? undefined : hexOf(body);
  if (der === undefined)
    return 'is no public key in PEM form ("-----BEGIN PUBLIC KEY-----"), such as "cosign public-key" prints.';
  const known = KINDS.some(
    ({ begins, contains, bytes }) =>
      der.startsWith(begins) &&
      (contains === undefined || der.slice(8, 8 + contains.length) === contains) &&
      (bytes === undefined ? der.length >= 2 * 270 : der.length === 2 * bytes),
  );
  return known
    ? undefined
    : 'is a key of a kind that is not verified; use ECDSA P-256, Ed25519, or RSA of 2048 bits or more.';
}

function hexOf(base64: string): string | undefined {
  try {
    const bytes = atob(base64.replaceAll(/\s/g, ''));
    return Array.from(bytes, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  } catch {
    return undefined; // Not base64 is not a key, which the caller says.
  }
}
