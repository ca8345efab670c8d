/** Whether a request may go on to the storage account: who asks, by a token and nothing else, and whether the roles of that identity allow it. */
import { storageIdOf } from '../events/dead-letter-destination.ts';
import type { IdentityService, RoleService, World } from '../world.ts';
import { blobNeeds } from './blob-needs.ts';
import type { Need, StorageRequest } from './needs.ts';
import type { REFUSALS, StorageService } from './refusals.ts';
import { tableNeeds } from './table-needs.ts';

const AUDIENCE = 'https://storage.azure.com';

export type AuthorizeStorage = (service: StorageService, request: StorageRequest) => keyof typeof REFUSALS | undefined;

/** `undefined`: it may. */
export function authorizeStorage(options: {
  config: World['config'];
  identity: IdentityService;
  roles: RoleService;
}): AuthorizeStorage {
  const { config, identity, roles } = options;
  const account = storageIdOf(config) ?? '';

  return (service, request) => {
    const { authorization } = request.headers;
    const header = typeof authorization === 'string' ? authorization : undefined;
    // No shared keys: the account of the templates has none, nor signatures made with one.
    if (/^shared/i.test(header ?? '') || request.query.has('sig')) return 'KeyBasedAuthenticationNotPermitted';
    if (header === undefined) return 'NoAuthenticationInformation';
    const principal = identity.verify(header, [AUDIENCE]);
    if (!principal) return 'InvalidAuthenticationInfo';
    const needs = service === 'blob' ? blobNeeds(request, account) : tableNeeds(request, account);
    const missing = needs.find((need) => !isMet(principal.objectId, need));
    if (!missing) return undefined;
    const [[wanted]] = missing.anyOf as [Need['anyOf'][number]];
    roles.logRefusal(principal.objectId, wanted, missing.scope);
    return 'AuthorizationPermissionMismatch';
  };

  function isMet(objectId: string, { anyOf, scope }: Need): boolean {
    return anyOf.some((all) => all.every((permission) => roles.may(objectId, permission, scope)));
  }
}
