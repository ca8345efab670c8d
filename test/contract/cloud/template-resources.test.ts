/** What a template makes through Resource Manager: the vault with its secrets and keys, identities, and the storage accounts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type Cloud } from '../../../local/cloud/cloud.ts';
import { app, emptyEngine, freePort, openTestWorld, vaultUrl, type TestWorld } from './services.ts';
import { trust } from '../../../local/trust.ts';

let opened: TestWorld;
let cloud: Cloud;
beforeAll(async () => {
  opened = await openTestWorld();
  const registries = [{ name: 'baseregistry', resourceGroup: 'contract-rg', port: await freePort() }];
  const storage = {
    accounts: ['contractstorage', 'contractpolicy'].map((name) => ({ name, resourceGroup: 'contract-rg' })),
    blobEndpoint: 'https://127.0.0.1:1',
  };
  const config = { ...opened.world.config, registries, storage };
  cloud = await startCloud({ config, directory: opened.world.directory, engine: emptyEngine, log: opened.world.log });
  trust(cloud.world.tls.caFile);
});
afterAll(async () => {
  await cloud.stop();
  await opened.close();
});

/** `path`: below the resource group of the configuration. */
async function arm(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const { ports, subscription } = cloud.world.config;
  const origin = `https://localhost:${ports.arm}`;
  const answer = await fetch(`${origin}/subscriptions/${subscription}/resourceGroups/contract-rg/providers/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${cloud.identity.issue(app, origin)}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

const vault = 'Microsoft.KeyVault/vaults/contractvault';
const rbac = { location: 'westeurope', properties: { enableRbacAuthorization: true, enablePurgeProtection: null } };
const error = (code: string, message?: RegExp) => ({
  error: { code, ...(message ? { message: expect.stringMatching(message) as unknown } : {}) },
});

describe('the vault', () => {
  it('is put as it is, and not as it is not', async () => {
    expect(await arm('PUT', vault, rbac)).toMatchObject({ status: 200, body: { name: 'contractvault' } });
    expect(await arm('PUT', vault, { properties: { enableRbacAuthorization: false } })).toMatchObject({ status: 400 });
    expect(
      await arm('PUT', vault, { properties: { ...rbac.properties, networkAcls: { defaultAction: 'Deny' } } }),
    ).toMatchObject({ status: 400, body: error('BadRequest', /closed to the network/) });
    expect(await arm('PUT', 'Microsoft.KeyVault/vaults/another', rbac)).toMatchObject({
      status: 501,
      body: error('NotEmulated', /another/),
    });
  });

  it('takes a secret, of which it never answers the value', async () => {
    const first = await arm('PUT', `${vault}/secrets/Token`, { properties: { value: 'one' } });
    const second = await arm('PUT', `${vault}/secrets/Token`, { properties: { value: 'two' } });
    const got = await arm('GET', `${vault}/secrets/Token`);

    expect([first.status, second.status, got.status]).toEqual([201, 200, 200]);
    expect(JSON.stringify([first, second, got])).not.toMatch(/"(one|two)"/);
    expect(got.body).toMatchObject({
      name: 'Token',
      properties: { secretUri: expect.stringMatching(/\/secrets\/Token$/) as unknown },
    });
    cloud.roles.assign(app.objectId, 'Key Vault Secrets User', `/subscriptions/${cloud.world.config.subscription}`);
    expect(cloud.vaults.secret(`${vaultUrl(cloud.world.config)}/secrets/Token`, app.objectId)).toBe('two');
  });

  it('refuses a secret that it has no place for, by its reason', async () => {
    expect(await arm('PUT', `${vault}/secrets/no_underscores`, { properties: { value: 'x' } })).toMatchObject({
      status: 400,
      body: error('BadRequest', /no_underscores/),
    });
    expect(await arm('PUT', `${vault}/secrets/large`, { properties: { value: 'x'.repeat(26_000) } })).toMatchObject({
      status: 400,
    });
    expect(
      await arm('PUT', 'Microsoft.KeyVault/vaults/another/secrets/token', { properties: { value: 'x' } }),
    ).toMatchObject({ status: 404, body: error('ParentResourceNotFound') });
    expect(await arm('GET', `${vault}/secrets/missing`)).toMatchObject({ status: 404 });
  });

  it('makes a key once', async () => {
    const key = { properties: { kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] } };

    const first = await arm('PUT', `${vault}/keys/promotions`, key);
    const second = await arm('PUT', `${vault}/keys/promotions`, key);

    expect(first).toMatchObject({ status: 200, body: { properties: { kty: 'EC', keyOps: ['sign', 'verify'] } } });
    expect(second).toEqual(first);
    expect(await arm('GET', `${vault}/keys/promotions`)).toEqual(first);
    expect(await arm('PUT', `${vault}/keys/rsa`, { properties: { kty: 'RSA' } })).toMatchObject({ status: 400 });
    expect(await arm('GET', `${vault}/keys/rsa`)).toMatchObject({ status: 404 });
  });
});

describe('an identity', () => {
  const type = 'Microsoft.ManagedIdentity/userAssignedIdentities';

  it('is there once it was put, and is the one of that name in the configuration', async () => {
    const before = await arm('GET', `${type}/${app.name}`);
    const put = await arm('PUT', `${type}/${app.name}`, { location: 'westeurope' });
    const got = await arm('GET', `${type}/${app.name}`);

    expect([before.status, put.status, got.status]).toEqual([404, 201, 200]);
    expect(got.body).toMatchObject({ properties: { principalId: app.objectId, clientId: app.clientId } });
    expect(await arm('GET', type)).toMatchObject({ body: { value: [{ name: app.name }] } });
  });

  it('of another name is refused', async () => {
    expect(await arm('PUT', `${type}/stranger`, { location: 'westeurope' })).toMatchObject({
      status: 501,
      body: error('NotEmulated', /stranger/),
    });
  });
});

describe('a storage account', () => {
  it.each(['contractstorage', 'contractpolicy'])(
    '%s is put as it is, with its services, and not as it is not',
    async (name) => {
      const account = `Microsoft.Storage/storageAccounts/${name}`;
      const open = {
        kind: 'StorageV2',
        properties: { allowBlobPublicAccess: false, networkAcls: { defaultAction: 'Allow' } },
      };

      expect(await arm('PUT', account, open)).toMatchObject({
        status: 200,
        body: { name, properties: { primaryEndpoints: { blob: `https://127.0.0.1:1/${name}/` } } },
      });
      expect(await arm('PUT', `${account}/blobServices/default`, {})).toMatchObject({ status: 200 });
      expect(await arm('PUT', `${account}/tableServices/default`, {})).toMatchObject({ status: 200 });
      expect(
        await arm('PUT', account, { ...open, properties: { networkAcls: { defaultAction: 'Deny' } } }),
      ).toMatchObject({ status: 400 });
      expect(await arm('PUT', 'Microsoft.Storage/storageAccounts/another', open)).toMatchObject({
        status: 501,
        body: error('NotEmulated', /another/),
      });
    },
  );

  it('promises no versions of blobs, which it does not keep', async () => {
    const versions = { properties: { isVersioningEnabled: true } };

    const answer = await arm('PUT', 'Microsoft.Storage/storageAccounts/contractpolicy/blobServices/default', versions);

    expect(answer).toMatchObject({
      status: 400,
      body: error('InvalidRequestContent', /versions of blobs are not emulated/),
    });
  });
});
