/** Whether a request may go on to a storage account: who asks, by a token and nothing else, and whether the roles of that identity allow it. */
import type { IdentityService, RoleService, World } from '../world.ts';
import { accountNamed } from './accounts.ts';
import { blobNeeds } from './blob-needs.ts';
import type { Need, StorageRequest } from './needs.ts';
import { queueNeeds } from './queue-needs.ts';
import type { REFUSALS, StorageService } from './refusals.ts';
import { tableNeeds } from './table-needs.ts';

const AUDIENCE = 'https://storage.azure.com';
const NEEDS = { blob: blobNeeds, queue: queueNeeds, table: tableNeeds };

/** `account`: its name. `undefined`: it may. */
export type AuthorizeStorage = (
  service: StorageService,
  account: string,
  request: StorageRequest,
) => keyof typeof REFUSALS | undefined;

export function authorizeStorage(options: {
  config: World['config'];
  identity: IdentityService;
  roles: RoleService;
}): AuthorizeStorage {
  const { config, identity, roles } = options;

  return (service, name, request) => {
    const account = accountNamed(config, name);
    if (!account) return 'ResourceNotFound';
    const { authorization } = request.headers;
    const header = typeof authorization === 'string' ? authorization : undefined;
    // No shared keys: the accounts of the templates have none, nor signatures made with one.
    if (/^shared/i.test(header ?? '') || request.query.has('sig')) return 'KeyBasedAuthenticationNotPermitted';
    if (header === undefined) return 'NoAuthenticationInformation';
    const principal = identity.verify(header, [AUDIENCE]);
    if (!principal) return 'InvalidAuthenticationInfo';
    const missing = NEEDS[service](request, account.id).find((need) => !isMet(principal.objectId, need));
    if (!missing) return undefined;
    const [[wanted]] = missing.anyOf as [Need['anyOf'][number]];
    roles.logRefusal(principal.objectId, wanted, missing.scope);
    return 'AuthorizationPermissionMismatch';
  };

  function isMet(objectId: string, { anyOf, scope }: Need): boolean {
    return anyOf.some((all) => all.every((permission) => roles.may(objectId, permission, scope)));
  }
}
