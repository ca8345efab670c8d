/**
 * The secrets of a vault, with every version, as they lie in the store.
 *
 * Names are compared without regard to case, as in Azure. Values are kept in the clear: the store is a file of this machine's user, and
 * what is put into a local vault belongs there.
 */
import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { RECOVERABLE_DAYS } from './limits.ts';

/** Seconds since the epoch, as Key Vault has them. */
export interface Attributes {
  enabled: boolean;
  created: number;
  updated: number;
  nbf?: number;
  exp?: number;
}

export interface Version {
  /** 32 hexadecimal digits. */
  version: string;
  value: string;
  contentType?: string;
  attributes: Attributes;
  tags: Record<string, string>;
}

export interface Secret {
  name: string;
  /** Oldest first; the last one is what a request without a version means. */
  versions: [Version, ...Version[]];
  /** While it is there the secret can only be recovered or purged. Seconds since the epoch. */
  deleted?: { at: number; purgeAt: number };
}

/** What a request may set; what it leaves out stays as it is. */
export interface Changes {
  contentType?: string | undefined;
  tags?: Record<string, string> | undefined;
  attributes?: { enabled?: boolean | undefined; nbf?: number | undefined; exp?: number | undefined } | undefined;
}

export type Secrets = ReturnType<typeof openSecrets>;

/** Where what lies in a vault is kept. */
export const collectionOf = (vault: string, what: 'secrets' | 'keys'): string => `vault.${vault.toLowerCase()}.${what}`;

export function openSecrets({ store, clock }: World, vault: string) {
  const kept = store.collection<Secret>(collectionOf(vault, 'secrets'));
  const nowSeconds = () => Math.floor(clock.now() / 1000);
  const keep = (secret: Secret) => kept.put(secret.name.toLowerCase(), secret);
  const find = (name: string): Secret | undefined => {
    const secret = kept.get(name.toLowerCase());
    if (!secret?.deleted || secret.deleted.purgeAt > nowSeconds()) return secret;
    kept.delete(name.toLowerCase());
    return undefined;
  };

  return {
    find,

    /** Ordered by name; deleted ones too. */
    all: (): Secret[] =>
      kept
        .entries()
        .map(({ value }) => find(value.name))
        .filter((secret) => secret !== undefined),

    /** A new version; the caller has made sure that the name is not one of a deleted secret. */
    add(name: string, value: string, changes: Changes = {}): { secret: Secret; version: Version } {
      const now = nowSeconds();
      const version: Version = apply(
        {
          version: randomUUID().replaceAll('-', ''),
          value,
          attributes: { enabled: true, created: now, updated: now },
          tags: {},
        },
        changes,
      );
      const before = find(name);
      const secret: Secret = before
        ? { ...before, versions: [...before.versions, version] }
        : { name, versions: [version] };
      keep(secret);
      return { secret, version };
    },

    change(secret: Secret, version: Version, changes: Changes): Version {
      const changed = apply({ ...version, attributes: { ...version.attributes, updated: nowSeconds() } }, changes);
      const [first, ...rest] = secret.versions.map((each) => (each.version === version.version ? changed : each));
      if (first) keep({ ...secret, versions: [first, ...rest] });
      return changed;
    },

    softDelete(secret: Secret): Secret {
      const at = nowSeconds();
      const deleted = { ...secret, deleted: { at, purgeAt: at + RECOVERABLE_DAYS * 86_400 } };
      keep(deleted);
      return deleted;
    },

    recover({ name, versions }: Secret): Secret {
      const recovered = { name, versions };
      keep(recovered);
      return recovered;
    },

    purge: (secret: Secret): void => void kept.delete(secret.name.toLowerCase()),
  };
}

/** The version asked for, or the newest when none is. */
export const versionOf = (secret: Secret, version?: string): Version | undefined =>
  version ? secret.versions.find((each) => each.version === version.toLowerCase()) : secret.versions.at(-1);

function apply(version: Version, { contentType, tags, attributes }: Changes): Version {
  return {
    ...version,
    ...(contentType === undefined ? {} : { contentType }),
    ...(tags === undefined ? {} : { tags }),
    attributes: { ...version.attributes, ...withoutUndefined(attributes ?? {}) },
  };
}

const withoutUndefined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
