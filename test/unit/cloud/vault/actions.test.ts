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
    ...(secret === undefined ? {} : { object: `secrets/${secret}` }),
  });
});

test.each([
  ['GET', '/keys', 'read', undefined],
  ['GET', '/keys/mine/', 'read', 'mine'],
  ['GET', '/keys/mine/0123', 'read', 'mine'],
  ['GET', '/keys/mine/versions', 'read', 'mine'],
  ['POST', '/keys/mine/create', 'create/action', 'mine'],
  ['PATCH', '/keys/mine/0123', 'update/action', 'mine'],
  ['POST', '/keys/mine/0123/sign', 'sign/action', 'mine'],
  ['POST', '/keys/mine/0123/verify', 'verify/action', 'mine'],
])('%s %s is %s of keys', (method, path, action, key) => {
  expect(vaultAction(method, path)).toEqual({
    dataAction: `Microsoft.KeyVault/vaults/keys/${action}`,
    ...(key === undefined ? {} : { object: `keys/${key}` }),
  });
});

test.each([
  ['DELETE', '/keys/mine'],
  ['POST', '/keys/mine/0123/wrapkey'],
  ['POST', '/secrets'],
  ['POST', '/secrets/token/backup'],
])('%s %s is nothing of this vault', (method, path) => {
  expect(vaultAction(method, path)).toBeUndefined();
});
