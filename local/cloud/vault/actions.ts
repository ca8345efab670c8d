/**
 * Which data action a request to the vault is: https://learn.microsoft.com/azure/role-based-access-control/permissions/security , section
 * Microsoft.KeyVault.
 */
export interface VaultAction {
  dataAction: string;
  /** Below the vault, as the path has it: `secrets/<name>`, `keys/<name>`; `undefined` for the vault as a whole. */
  object?: string;
}

const SECRET = /^\/secrets\/(?<name>[^/]+)(?:\/(?<version>[^/]*))?\/?$/;
const DELETED = /^\/deletedsecrets\/(?<name>[^/]+)(?<recover>\/recover)?\/?$/;
const KEY = /^\/keys\/(?<name>[^/]+)(?:\/(?<rest>.*))?$/;

/** `undefined`: nothing that this vault has. */
export const vaultAction = (method: string, path: string): VaultAction | undefined =>
  secretAction(method, path) ?? keyAction(method, path);

function secretAction(method: string, path: string): VaultAction | undefined {
  const action = (name: string, secret?: string): VaultAction => ({
    dataAction: `Microsoft.KeyVault/vaults/secrets/${name}`,
    ...(secret === undefined ? {} : { object: `secrets/${secret}` }),
  });
  if (/^\/(deleted)?secrets\/?$/.test(path)) return method === 'GET' ? action('readMetadata/action') : undefined;

  const { name, version } = SECRET.exec(path)?.groups ?? {};
  if (name !== undefined) {
    switch (method) {
      case 'GET':
        return action(version === 'versions' ? 'readMetadata/action' : 'getSecret/action', name);
      case 'PUT':
        return action('setSecret/action', name);
      case 'PATCH':
        return action('update/action', name);
      case 'DELETE':
        return action('delete', name);
      default:
        return undefined;
    }
  }

  const { name: deleted, recover } = DELETED.exec(path)?.groups ?? {};
  if (deleted === undefined) return undefined;
  switch (`${method}${recover ?? ''}`) {
    case 'GET':
      return action('readMetadata/action', deleted);
    case 'POST/recover':
      return action('recover/action', deleted);
    case 'DELETE':
      return action('purge/action', deleted);
    default:
      return undefined;
  }
}

function keyAction(method: string, path: string): VaultAction | undefined {
  const { name, rest = '' } = KEY.exec(path)?.groups ?? {};
  const action = (what: string): VaultAction => ({
    dataAction: `Microsoft.KeyVault/vaults/keys/${what}`,
    ...(name === undefined ? {} : { object: `keys/${name}` }),
  });
  if (name === undefined) return method === 'GET' && /^\/keys\/?$/.test(path) ? action('read') : undefined;
  switch (method) {
    case 'GET':
      return action('read');
    case 'PATCH':
      return action('update/action');
    case 'POST': {
      const [, operation] = /(?:^|\/)(create|sign|verify)\/?$/.exec(rest) ?? [];
      return operation === undefined ? undefined : action(`${operation}/action`);
    }
    default:
      return undefined;
  }
}
