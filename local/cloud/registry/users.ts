/**
 * Who can log in to a registry with a name and a password: its admin user, and its tokens, whose rights a scope map holds.
 *
 * The passwords of tokens are kept as hashes, because Azure shows them once; those of the admin user as they are, because Azure lists them.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Store } from '../store.ts';
import { EVERY_ACTION, onEveryRepository, withCatalog, type Rights } from './rights.ts';

export interface ScopeMapDocument {
  name: string;
  description?: string;
  actions: string[];
  createdAt: number;
}

export interface TokenDocument {
  name: string;
  /** Name of the scope map. */
  scopeMap: string;
  enabled: boolean;
  createdAt: number;
  passwords: { name: PasswordName; createdAt: number; expiresAt?: number; hash: string }[];
}
export type PasswordName = 'password1' | 'password2';

export interface AdminDocument {
  enabled: boolean;
  password: string;
  password2: string;
}

const SYSTEM_SCOPE_MAPS: Record<string, { description: string; rights: Rights }> = {
  _repositories_admin: {
    description: 'Can perform all read, write and delete operations on the registry',
    rights: onEveryRepository(EVERY_ACTION),
  },
  _repositories_pull: {
    description: 'Can pull any repository of the registry',
    rights: onEveryRepository(['pull']),
  },
  _repositories_pull_metadata_read: {
    description: 'Can perform all read operations on the registry',
    rights: onEveryRepository(['pull', 'metadata_read']),
  },
  _repositories_push: {
    description: 'Can push to any repository of the registry',
    rights: onEveryRepository(['pull', 'push']),
  },
  _repositories_push_metadata_write: {
    description: 'Can perform all read and write operations on the registry',
    rights: onEveryRepository(['pull', 'push', 'metadata_read', 'metadata_write']),
  },
};

export const isSystemScopeMap = (name: string): boolean => Object.hasOwn(SYSTEM_SCOPE_MAPS, name.toLowerCase());

/** Documents of one registry; names are looked up without regard to case. */
export function openUsers(options: { store: Store; registry: string; now: () => number }) {
  const { store, registry, now } = options;
  const admins = store.collection<AdminDocument>('registry.admins');
  const scopeMaps = store.collection<ScopeMapDocument>('registry.scope-maps');
  const tokens = store.collection<TokenDocument>('registry.tokens');
  const key = (name: string) => `${registry}/${name.toLowerCase()}`;

  const admin = (): AdminDocument => {
    const kept = admins.get(registry);
    if (kept) return kept;
    const fresh = { enabled: false, password: newPassword(), password2: newPassword() };
    admins.put(registry, fresh);
    return fresh;
  };
  const scopeMap = (name: string): ScopeMapDocument | undefined => {
    const system = SYSTEM_SCOPE_MAPS[name.toLowerCase()];
    if (system)
      return { name: name.toLowerCase(), description: system.description, actions: system.rights, createdAt: 0 };
    return scopeMaps.get(key(name));
  };

  return {
    admin,
    putAdmin: (document: AdminDocument) => admins.put(registry, document),
    scopeMap,
    scopeMaps: (): ScopeMapDocument[] => [
      ...Object.keys(SYSTEM_SCOPE_MAPS).flatMap((name) => scopeMap(name) ?? []),
      ...scopeMaps.entries(key('')).map(({ value }) => value),
    ],
    putScopeMap: (document: ScopeMapDocument) => scopeMaps.put(key(document.name), document),
    deleteScopeMap: (name: string) => scopeMaps.delete(key(name)),
    token: (name: string) => tokens.get(key(name)),
    tokens: () => tokens.entries(key('')).map(({ value }) => value),
    putToken: (document: TokenDocument) => tokens.put(key(document.name), document),
    deleteToken: (name: string) => tokens.delete(key(name)),

    /** `undefined`: no such user, disabled, expired, or a wrong password. */
    logIn(username: string, password: string): { subject: string; rights: Rights } | undefined {
      if (username.toLowerCase() === registry.toLowerCase()) {
        const { enabled, ...passwords } = admin();
        const known = sameSecret(password, passwords.password) || sameSecret(password, passwords.password2);
        return enabled && known
          ? { subject: registry, rights: withCatalog(onEveryRepository(EVERY_ACTION)) }
          : undefined;
      }
      const token = tokens.get(key(username));
      if (!token?.enabled) return undefined;
      const valid = token.passwords.filter(({ expiresAt }) => expiresAt === undefined || now() < expiresAt);
      if (!valid.some(({ hash }) => sameSecret(hashOf(password), hash))) return undefined;
      return { subject: token.name, rights: withCatalog(scopeMap(token.scopeMap)?.actions ?? []) };
    },
  };
}
export type Users = ReturnType<typeof openUsers>;

/** 32 characters, as long as Azure's. */
export const newPassword = (): string => randomBytes(24).toString('base64url');

export const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex');

function sameSecret(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
