import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRolesSystem, outcomeOf, owner, worker, type RolesSystem } from './roles-system.ts';

let system: RolesSystem;
beforeEach(async () => {
  system = await openRolesSystem();
  system.vault.put('registry-password', 'p4ss');
});
afterEach(() => system.close());

const refused = { statusCode: 403, code: 'Forbidden', details: { error: { innerError: { code: 'ForbiddenByRbac' } } } };

test('gives a secret while a role is assigned, and neither before nor after', async () => {
  const { secrets, scopes } = system;

  const before = await outcomeOf(secrets.getSecret('registry-password'));
  const assignment = await system.assign('Key Vault Secrets User', scopes.vault);
  const during = await outcomeOf(secrets.getSecret('registry-password'));
  await system.unassign(assignment);
  const after = await outcomeOf(secrets.getSecret('registry-password'));

  expect(before).toMatchObject(refused);
  expect(during).toMatchObject({ name: 'registry-password', value: 'p4ss' });
  expect(after).toMatchObject(refused);
});

test('a user of secrets gets and lists them, and can do nothing else', async () => {
  const { secrets, scopes } = system;
  await system.assign('Key Vault Secrets User', scopes.vault);
  const names: string[] = [];
  for await (const { name } of secrets.listPropertiesOfSecrets()) names.push(name);

  const outcomes = await Promise.all(
    [
      secrets.setSecret('mine', 'x'),
      secrets.updateSecretProperties('registry-password', '', { enabled: false }),
      secrets.beginDeleteSecret('registry-password'),
      secrets.purgeDeletedSecret('registry-password'),
    ].map((call) => outcomeOf<unknown>(call)),
  );

  expect(names).toEqual(['registry-password']);
  for (const outcome of outcomes) expect(outcome).toMatchObject(refused);
  expect(await outcomeOf(secrets.getSecret('registry-password'))).toMatchObject({ value: 'p4ss' });
});

test('says who may not do what where, in the words of Key Vault, before it says whether the secret is there', async () => {
  const { secrets, scopes } = system;

  const outcome = (await outcomeOf(secrets.getSecret('nothing'))) as Error;

  expect(outcome).toMatchObject(refused);
  expect(outcome.message.split('\r\n')).toEqual(
    expect.arrayContaining([
      'Caller is not authorized to perform action on resource.',
      `Caller: appid=${worker.clientId};oid=${worker.objectId};iss=https://sts.windows.net/${system.world.config.tenant}/`,
      "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'",
      `Resource: '${scopes.vault.toLowerCase()}/secrets/nothing'`,
      'Assignment: (not found)',
    ]),
  );
});

test('a role on one secret gives that secret and no list', async () => {
  const { secrets, scopes } = system;
  system.vault.put('other', 'x');
  await system.assign('Key Vault Secrets User', `${scopes.vault}/secrets/registry-password`);

  const own = await outcomeOf(secrets.getSecret('registry-password'));
  const other = await outcomeOf(secrets.getSecret('other'));
  const list = await outcomeOf(secrets.listPropertiesOfSecrets().next());

  expect(own).toMatchObject({ value: 'p4ss' });
  expect(other).toMatchObject(refused);
  expect(list).toMatchObject({ statusCode: 403, code: 'Forbidden' });
});

test('who owns the subscription manages the vault and still reads no secret', async () => {
  const { identity, scopes } = system;
  const token = identity.issue(owner, 'https://vault.azure.net');

  const secret = await fetch(`${system.vault.url}/secrets/registry-password?api-version=7.5`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const vault = await system.arm(owner, 'GET', `${scopes.vault}?api-version=2023-07-01`);

  expect(secret.status).toBe(403);
  expect(vault).toMatchObject({ status: 200, body: { properties: { enableRbacAuthorization: true } } });
});

test('a role on one key reads it and signs with it, and neither makes keys nor touches another', async () => {
  const { keys, scopes } = system;
  const officer = await system.assign('Key Vault Crypto Officer', scopes.vault);
  await keys.createEcKey('promotions');
  await keys.createEcKey('other');
  await system.unassign(officer);
  await system.assign('Key Vault Crypto User', `${scopes.vault}/keys/promotions`);
  const hash = Buffer.alloc(32, 7);

  const signed = await outcomeOf(keys.getCryptographyClient('promotions').sign('ES256', hash));
  const others = await Promise.all(
    [
      keys.getKey('other'),
      keys.getCryptographyClient('other').sign('ES256', hash),
      keys.createEcKey('promotions'),
      keys.listPropertiesOfKeys().next(),
    ].map((call) => outcomeOf<unknown>(call)),
  );

  expect(signed).toMatchObject({ algorithm: 'ES256' });
  for (const outcome of others) expect(outcome).toMatchObject({ statusCode: 403, code: 'Forbidden' });
});
