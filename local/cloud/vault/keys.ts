/**
 * The keys of a vault, with every version, as they lie in the store: elliptic-curve keys of P-256, which sign and verify with ES256.
 *
 * The private part is kept in the clear and never answered: the store is a file of this machine's user, and what a local vault signs proves
 * nothing beyond this machine.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { sign, toNumber, verify } from './p256.ts';
import { collectionOf, type Attributes, type Changes } from './secrets.ts';

/** Public, as a JSON Web Key has it: base64url. */
export interface PublicPoint {
  x: string;
  y: string;
}

export interface KeyVersion extends PublicPoint {
  /** 32 hexadecimal digits. */
  version: string;
  /** The private number, in base64url. */
  d: string;
  operations: string[];
  attributes: Attributes;
  tags: Record<string, string>;
}

export interface Key {
  name: string;
  /** Oldest first; the last one is what a request without a version means. */
  versions: [KeyVersion, ...KeyVersion[]];
}

export type Keys = ReturnType<typeof openKeys>;

export function openKeys({ store, clock }: World, vault: string) {
  const kept = store.collection<Key>(collectionOf(vault, 'keys'));
  const nowSeconds = () => Math.floor(clock.now() / 1000);
  const keep = (key: Key) => kept.put(key.name.toLowerCase(), key);
  const find = (name: string): Key | undefined => kept.get(name.toLowerCase());

  return {
    find,

    /** Ordered by name. */
    all: (): Key[] => kept.entries().map(({ value }) => value),

    /** A new version of it, or the first. */
    create(name: string, { operations, ...changes }: Omit<Changes, 'contentType'> & { operations: string[] }) {
      const now = nowSeconds();
      const {
        x = '',
        y = '',
        d = '',
      } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        format: 'jwk',
      });
      const attributes = { enabled: true, created: now, updated: now, ...given(changes.attributes) };
      const version: KeyVersion = {
        version: randomUUID().replaceAll('-', ''),
        ...{ x, y, d, operations, attributes },
        tags: changes.tags ?? {},
      };
      const before = find(name);
      const key: Key = before ? { ...before, versions: [...before.versions, version] } : { name, versions: [version] };
      keep(key);
      return { key, version };
    },

    change(
      key: Key,
      version: KeyVersion,
      changes: Omit<Changes, 'contentType'> & { operations?: string[] | undefined },
    ) {
      const changed: KeyVersion = {
        ...version,
        ...(changes.tags === undefined ? {} : { tags: changes.tags }),
        ...(changes.operations === undefined ? {} : { operations: changes.operations }),
        attributes: { ...version.attributes, updated: nowSeconds(), ...given(changes.attributes) },
      };
      const [first, ...rest] = key.versions.map((each) => (each.version === version.version ? changed : each));
      if (first) keep({ ...key, versions: [first, ...rest] });
      return changed;
    },
  };
}

/** The version asked for, or the newest when none is. */
export const keyVersionOf = (key: Key, version?: string): KeyVersion | undefined =>
  version ? key.versions.find((each) => each.version === version.toLowerCase()) : key.versions.at(-1);

/** Over a hash that the caller made; the answer is r and s, one after the other. */
export const signHash = ({ d }: KeyVersion, hash: Uint8Array): Buffer => sign(hash, numberOf(d));

export const verifyHash = ({ x, y }: PublicPoint, hash: Uint8Array, signature: Uint8Array): boolean =>
  verify(hash, signature, { x: numberOf(x), y: numberOf(y) });

const numberOf = (base64url: string): bigint => toNumber(Buffer.from(base64url, 'base64url'));

const given = (attributes: Changes['attributes']): Partial<Attributes> =>
  Object.fromEntries(Object.entries(attributes ?? {}).filter(([, value]) => value !== undefined));
