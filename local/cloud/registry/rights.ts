/**
 * What a caller may do in which repository.
 *
 * The actions of scope maps (`repositories/<name>/content/read`) and those of access tokens (`repository:<name>:pull`) are two spellings of
 * the same five: https://learn.microsoft.com/azure/container-registry/container-registry-token-based-repository-permissions
 */

const ACTIONS = {
  pull: 'content/read',
  push: 'content/write',
  delete: 'content/delete',
  metadata_read: 'metadata/read',
  metadata_write: 'metadata/write',
} as const;
export type Action = keyof typeof ACTIONS;
export const EVERY_ACTION = Object.keys(ACTIONS) as Action[];

/** An action of a scope map; `*` stands for all repositories, or at the end of a name for all below it. */
export const SCOPE_MAP_ACTION =
  /^repositories\/(\*|[a-z0-9._/-]+?(\/\*)?)\/(content\/(read|write|delete)|metadata\/(read|write))$/;

/** Actions of a scope map, where a right on the repository `*` is one on all, and beside them only the right to the catalog. */
export type Rights = string[];

export const CATALOG_READ = 'registry/catalog/read';

/** `pattern`: a name, `*`, or what repositories lie below, such as `team/*`. */
export const onRepository = (pattern: string, action: Action): string => `repositories/${pattern}/${ACTIONS[action]}`;

export const onEveryRepository = (actions: Action[]): Rights => actions.map((action) => onRepository('*', action));

export const allowed = (rights: Rights, repository: string): Action[] =>
  EVERY_ACTION.filter((action) => rights.some((right) => covers(right, repository, ACTIONS[action])));

/** Of a login by name and password: the catalog names every repository, so only who may read about all of them gets it. */
export const withCatalog = (rights: Rights): Rights =>
  rights.includes('repositories/*/metadata/read') ? [...rights, CATALOG_READ] : rights;

export const mayListCatalog = (rights: Rights): boolean => rights.includes(CATALOG_READ);

function covers(right: string, repository: string, action: string): boolean {
  if (!right.startsWith('repositories/') || !right.endsWith(`/${action}`)) return false;
  const pattern = right.slice('repositories/'.length, -action.length - 1);
  if (pattern === '*') return true;
  return pattern.endsWith('/*') ? repository.startsWith(pattern.slice(0, -1)) : repository === pattern;
}
