/** Two key vaults in one cloud: each has secrets, keys, roles and an address of its own. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRolesSystem, outcomeOf, owner, worker, type RolesSystem } from './roles-system.ts';

let system: RolesSystem;
beforeEach(async () => void (system = await openRolesSystem()));
afterEach(() => system.close());

const refused = { statusCode: 403, code: 'Forbidden', details: { error: { innerError: { code: 'ForbiddenByRbac' } } } };
const rbac = { enableRbacAuthorization: true };

test('what is in one is not in the other', async () => {
  const { secrets, otherSecrets, keys, otherVault, scopes } = system;
  await system.assign('Key Vault Secrets Officer', scopes.group);
  await system.assign('Key Vault Crypto Officer', scopes.group);

  await secrets.setSecret('token', 'of the one');
  await keys.createEcKey('promotions');
  const missing = await outcomeOf(otherSecrets.getSecret('token'));
  await otherSecrets.setSecret('token', 'of the other');

  expect(missing).toMatchObject({ statusCode: 404, code: 'SecretNotFound' });
  expect((await secrets.getSecret('token')).value).toBe('of the one');
  expect(await otherSecrets.getSecret('token')).toMatchObject({
    value: 'of the other',
    properties: { vaultUrl: otherVault.url },
  });
  expect(otherVault.keys.all()).toEqual([]);
});

test('a role on one opens that one alone', async () => {
  const { secrets, otherSecrets, vault, otherVault, scopes } = system;
  for (const each of [vault, otherVault]) each.put('token', `in ${each.name}`);

  await system.assign('Key Vault Secrets Officer', scopes.vault);
  const own = await outcomeOf(secrets.getSecret('token'));
  const others = await Promise.all(
    [otherSecrets.getSecret('token'), otherSecrets.setSecret('token', 'changed')].map((call) =>
      outcomeOf<unknown>(call),
    ),
  );

  expect(own).toMatchObject({ value: 'in contractvault' });
  for (const outcome of others) expect(outcome).toMatchObject(refused);
  expect((others[0] as Error).message).toContain(`Resource: '${otherVault.id.toLowerCase()}/secrets/token'`);
});

test('a service of the cloud reads from the one whose address it has, and where its identity may', async () => {
  const { vaults, vault, otherVault, scopes } = system;
  for (const each of [vault, otherVault]) each.put('token', `in ${each.name}`);
  await system.assign('Key Vault Secrets User', scopes.vault);
  const read = (url: string) => vaults.secret(url, worker.objectId);

  const before = [read(`${vault.url}/secrets/token`), read(`${otherVault.url}/secrets/token`)];
  await system.assign('Key Vault Secrets User', otherVault.id);

  expect(before).toEqual(['in contractvault', undefined]);
  expect(read(`${otherVault.url}/secrets/token`)).toBe('in othervault');
  expect(read('https://othervault.vault.azure.net/secrets/token')).toBe('in othervault');
  expect(read('https://third.vault.azure.net/secrets/token')).toBeUndefined();
  expect(system.logged.join('\n')).toMatch(/REFUSED .*getSecret\/action at .*\/othervault\/secrets\/token/);
});

test('Resource Manager lists both, and puts a secret into the one that is named', async () => {
  const { subscription, vault, otherVault } = system;

  const list = await system.arm(owner, 'GET', `${subscription}/providers/Microsoft.KeyVault/vaults`);
  const put = await system.arm(owner, 'PUT', `${otherVault.id}/secrets/token`, { properties: { value: 'x' } });
  const elsewhere = await system.arm(owner, 'GET', `${vault.id}/secrets/token`);
  const unknown = await system.arm(owner, 'PUT', otherVault.id.replace(/\w+$/, 'thirdvault'), { properties: rbac });

  expect(list.body.value).toMatchObject([
    { id: vault.id, properties: { vaultUri: `${vault.url}/` } },
    { id: otherVault.id, properties: { vaultUri: `${otherVault.url}/` } },
  ]);
  expect([put.status, elsewhere.status, unknown.status]).toEqual([201, 404, 501]);
  expect(put.body).toMatchObject({ properties: { secretUri: `${otherVault.url}/secrets/token` } });
  expect(vault.secrets.find('token')).toBeUndefined();
});

test('a deployment may read from the one that says so', async () => {
  const { vault, otherVault } = system;
  const properties = { ...rbac, enabledForTemplateDeployment: true };
  const mayRead = async ({ id }: { id: string }) =>
    (await system.arm(owner, 'GET', id)).body['properties'] as { enabledForTemplateDeployment: boolean };

  const put = await system.arm(owner, 'PUT', otherVault.id, { properties });

  expect(put.body).toMatchObject({ properties: { enabledForTemplateDeployment: true } });
  expect((await mayRead(otherVault)).enabledForTemplateDeployment).toBe(true);
  expect((await mayRead(vault)).enabledForTemplateDeployment).toBe(false);
});
