/**
 * What the roles of an identity allow it at a registry.
 *
 * A registry in plain mode goes by management actions (`AcrPull`), one in ABAC mode by data actions alone, which a condition can limit to some
 * repositories: https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
 */
import type { Permission, Reach, RoleService } from '../world.ts';
import { CATALOG_READ, EVERY_ACTION, onRepository, type Action, type Rights } from './rights.ts';

export type RoleAssignmentMode = 'LegacyRegistryPermissions' | 'AbacRepositoryPermissions';

const PROVIDER = 'Microsoft.ContainerRegistry/registries';

/** One of them is enough. Who may pull may also list tags: https://learn.microsoft.com/azure/container-registry/container-registry-roles */
const PLAIN: Record<Action | 'catalog', string[]> = {
  pull: ['pull/read'],
  push: ['push/write'],
  delete: ['artifacts/delete'],
  metadata_read: ['pull/read', 'metadata/read'],
  metadata_write: ['metadata/write'],
  catalog: ['pull/read'],
};

const ABAC: Record<Action | 'catalog', string> = {
  pull: 'repositories/content/read',
  push: 'repositories/content/write',
  delete: 'repositories/content/delete',
  metadata_read: 'repositories/metadata/read',
  metadata_write: 'repositories/metadata/write',
  catalog: 'catalog/read',
};

/** Empty: it may not even log in. */
export function roleRights(
  roles: Pick<RoleService, 'reach'>,
  asked: { objectId: string; registryId: string; mode: RoleAssignmentMode },
): Rights {
  const { objectId, registryId, mode } = asked;
  const permissions = (action: Action | 'catalog'): Permission[] =>
    mode === 'AbacRepositoryPermissions'
      ? [{ dataAction: `${PROVIDER}/${ABAC[action]}` }]
      : PLAIN[action].map((name) => ({ action: `${PROVIDER}/${name}` }));
  const reaches = (action: Action | 'catalog'): Reach[] =>
    permissions(action).map((permission) => roles.reach(objectId, permission, registryId));

  const onRepositories = EVERY_ACTION.flatMap((action) =>
    reaches(action)
      .flatMap(patterns)
      .map((pattern) => onRepository(pattern, action)),
  );
  const catalog = reaches('catalog').includes('everything') ? [CATALOG_READ] : [];
  return [...new Set([...onRepositories, ...catalog])];
}

/** As scope maps name repositories. */
const patterns = (reach: Reach): string[] =>
  reach === 'everything' ? ['*'] : reach.map(({ kind, name }) => (kind === 'equals' ? name : `${name}*`));
