/**
 * ECDSA on P-256 over a hash that somebody else made, which is what Key Vault's `sign` and `verify` take; Node signs messages only and hashes
 * them itself. FIPS 186-5, section 6; the curve's numbers are those of SP 800-186, section 3.2.1.3.
 *
 * Slow, and not hardened against being watched: for an emulated vault.
 */
import { randomBytes } from 'node:crypto';

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const A = P - 3n;
const G: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};
const BYTES = 32;

export interface Point {
  x: bigint;
  y: bigint;
}

/** r and s, 32 bytes each. */
export function sign(hash: Uint8Array, secret: bigint): Buffer {
  for (;;) {
    const k = toNumber(randomBytes(BYTES));
    if (k === 0n || k >= N) continue;
    const r = (multiply(G, k)?.x ?? 0n) % N;
    const s = modulo(inverse(k, N) * (toNumber(hash) + r * secret), N);
    if (r !== 0n && s !== 0n) return Buffer.concat([toBytes(r), toBytes(s)]);
  }
}

export function verify(hash: Uint8Array, signature: Uint8Array, key: Point): boolean {
  if (signature.length !== 2 * BYTES) return false;
  const r = toNumber(signature.subarray(0, BYTES));
  const s = toNumber(signature.subarray(BYTES));
  if (r === 0n || r >= N || s === 0n || s >= N) return false;
  const w = inverse(s, N);
  const point = add(multiply(G, modulo(toNumber(hash) * w, N)), multiply(key, modulo(r * w, N)));
  return point !== undefined && point.x % N === r;
}

/** `undefined` is the point at infinity. */
function add(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (!a || !b) return a ?? b;
  if (a.x === b.x && a.y !== b.y) return undefined;
  const slope =
    a.x === b.x
      ? modulo((3n * a.x * a.x + A) * inverse(2n * a.y, P), P)
      : modulo((b.y - a.y) * inverse(b.x - a.x, P), P);
  const x = modulo(slope * slope - a.x - b.x, P);
  return { x, y: modulo(slope * (a.x - x) - a.y, P) };
}

function multiply(point: Point, by: bigint): Point | undefined {
  let sum: Point | undefined;
  let doubled: Point | undefined = point;
  for (let left = by; left > 0n; left >>= 1n) {
    if (left & 1n) sum = add(sum, doubled);
    doubled = add(doubled, doubled);
  }
  return sum;
}

/** By Euclid's algorithm; `of` and the prime `by` have no common factor. */
function inverse(value: bigint, by: bigint): bigint {
  let [a, b, x, y] = [modulo(value, by), by, 1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a % b, y, x - quotient * y];
  }
  return modulo(x, by);
}

const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;
export const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(2 * BYTES, '0'), 'hex');
