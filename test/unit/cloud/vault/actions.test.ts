import { expect, test } from 'vitest';
import { vaultAction } from '../../../../local/cloud/vault/actions.ts';

test.each([
  ['GET', '/secrets', 'readMetadata/action', undefined],
  ['GET', '/secrets/token', 'getSecret/action', 'token'],
  ['GET', '/secrets/token/', 'getSecret/action', 'token'],
  ['GET', '/secrets/token/0123', 'getSecret/action', 'token'],
  ['GET', '/secrets/token/versions', 'readMetadata/action', 'token'],
  ['PUT', '/secrets/token', 'setSecret/action', 'token'],
  ['PATCH', '/secrets/token/0123', 'update/action', 'token'],
  ['DELETE', '/secrets/token', 'delete', 'token'],
  ['GET', '/deletedsecrets', 'readMetadata/action', undefined],
  ['GET', '/deletedsecrets/token', 'readMetadata/action', 'token'],
  ['POST', '/deletedsecrets/token/recover', 'recover/action', 'token'],
  ['DELETE', '/deletedsecrets/token', 'purge/action', 'token'],
])('%s %s is %s', (method, path, action, secret) => {
  expect(vaultAction(method, path)).toEqual({
    dataAction: `Microsoft.KeyVault/vaults/secrets/${action}`,
    ...(secret === undefined ? {} : { secret }),
  });
});

test.each([
  ['GET', '/keys/mine'],
  ['POST', '/secrets'],
  ['POST', '/secrets/token/backup'],
])('%s %s is nothing of this vault', (method, path) => {
  expect(vaultAction(method, path)).toBeUndefined();
});
