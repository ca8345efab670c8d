/** What of the walkthrough's snapshots is deployed into the emulated Azure, in which order, and how it differs from them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudConfig, identities, resourceGroup, subscription, tenant } from '../../../../local/azure.ts';
import { NoCounterpart, withCounterpart, type Deployable } from '../../../../local/deployment/counterparts.ts';
import { asHere } from '../../../../local/deployment/differences.ts';
import { inOrder } from '../../../../local/deployment/order.ts';
import { readStage } from '../../../../local/deployment/snapshot.ts';
import { openInstance } from '../../../../local/instance.ts';

const stages = ['walkthrough', 'walkthrough-subscriptions'] as const;
const deployed = async () => withCounterpart((await Promise.all(stages.map(readStage))).flat());
const resource = (id: string, body: object = {}): Deployable => ({ id, type: 'any', apiVersion: '1', ...body });

describe('a resource', () => {
  it('of a type that is neither emulated nor known to be left out is refused by name', () => {
    const made = [
      { type: 'Microsoft.Cache/redis', id: '/a' },
      { type: 'Microsoft.KeyVault/vaults', id: '/b' },
      { type: 'Microsoft.Cache/redis', id: '/c' },
    ];

    expect(() => withCounterpart(made)).toThrow(NoCounterpart);
    expect(() => withCounterpart(made)).toThrow(/: Microsoft\.Cache\/redis\. Build the type/);
  });

  it('of the walkthrough is deployed, or left out for a reason', async () => {
    const all = (await Promise.all(stages.map(readStage))).flat();

    const types = new Set((await deployed()).map(({ type }) => type));

    expect(types).toContain('Microsoft.Authorization/roleAssignments');
    expect(types).toContain('Microsoft.EventGrid/systemTopics/eventSubscriptions');
    expect(types).not.toContain('Microsoft.Web/sites');
    expect((await deployed()).length).toBeLessThan(all.length);
  });

  it('is put after its parent and after all that it names', () => {
    const vault = resource('/rg/providers/Microsoft.KeyVault/vaults/v');
    const secret = resource(`${vault.id}/secrets/token`);
    const role = resource('/roleDefinitions/r');
    const assignment = resource(`${vault.id}/providers/a`, { properties: { role: '/roleDefinitions/r' } });
    const task = resource('/tasks/t', { properties: { token: `[getKeyVaultSecret('${vault.id}', 'token')]` } });

    expect(inOrder([task, assignment, secret, role, vault]).map(({ id }) => id)).toEqual(
      [role, vault, assignment, secret, task].map(({ id }) => id),
    );
  });

  it('that is only the beginning of another id is not named by it', () => {
    const one = resource('/registries/team');
    const other = resource('/tasks/t', { properties: { registry: '/registries/teamwork' } });

    expect(inOrder([other, one])).toEqual([other, one]);
  });

  it('that waits for one that waits for it is refused', () => {
    const one = resource('/one', { properties: { other: '/other' } });
    const other = resource('/other', { properties: { one: '/one' } });

    expect(() => inOrder([one, other])).toThrow('these resources wait for each other: /one, /other');
  });
});

describe('the local system', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'gated-import-deployment-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is built with the names that the snapshots have', async () => {
    const config = cloudConfig(await openInstance({ directory: folder, ports: 'free' }));
    const all = (await Promise.all(stages.map(readStage))).flat();
    const named = (type: string) => all.filter((each) => each.type === type).map(({ name }) => String(name));

    expect(config.registries.map(({ name }) => name).toSorted()).toEqual(
      named('Microsoft.ContainerRegistry/registries').toSorted(),
    );
    expect(named('Microsoft.KeyVault/vaults')).toEqual(config.vaults.map(({ name }) => name));
    expect(config.storage?.accounts.map(({ name }) => name).toSorted()).toEqual(
      named('Microsoft.Storage/storageAccounts').toSorted(),
    );
    expect(named('Microsoft.Web/sites')).toEqual([config.functionApp?.name]);
    expect(named('Microsoft.Resources/resourceGroups')).toContain(resourceGroup);
    const identityNames = named('Microsoft.ManagedIdentity/userAssignedIdentities');
    expect(config.principals.filter(({ name }) => identityNames.includes(name))).toMatchObject([
      identities.app,
      identities.pull,
    ]);
    expect([config.subscription, config.tenant]).toEqual([subscription, tenant]);
  });

  it('differs from the snapshots in registries, tasks and versions of blobs only', async () => {
    const before = await deployed();

    const changed = before.filter(
      (each) => JSON.stringify(asHere(each, { repositories: folder })) !== JSON.stringify(each),
    );

    expect(new Set(changed.map(({ type }) => type))).toEqual(
      new Set([
        'Microsoft.ContainerRegistry/registries',
        'Microsoft.ContainerRegistry/registries/tasks',
        'Microsoft.Storage/storageAccounts/blobServices',
      ]),
    );
  });

  it('builds from folders of this machine, by no schedule', async () => {
    const tasks = (await deployed())
      .filter(({ type }) => type.endsWith('/tasks'))
      .map((task) => JSON.stringify(asHere(task, { repositories: folder })));

    expect(tasks).toHaveLength(2);
    for (const task of tasks) {
      expect(task).toContain(`"contextPath":"file://${folder}/`);
      expect(task).toContain(`"repositoryUrl":"file://${folder}/`);
      expect(task).toContain('"timerTriggers":[]');
      expect(task).not.toContain('github.com');
    }
  });
});
