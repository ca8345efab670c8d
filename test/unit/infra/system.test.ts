/** What Azure would be asked for: the parts whose settings the product depends on. */
import { describe, expect, it } from 'vitest';
import { azureReports } from '../../../shared/azure/reports.ts';
import { ROLES } from '../../../shared/domain/roles.ts';
import { firstStages as stages, ofType, resourcesOf, textOf, type Predicted } from './snapshot.ts';

const registries = (example: string): Predicted[] => ofType(example, 'Microsoft.ContainerRegistry/registries');
const named = (resources: Predicted[], name: string): Predicted['properties'] =>
  resources.find(({ id }) => id?.split('/').at(-1)?.startsWith(name))?.properties ?? {};

describe.each(stages)('the registries of %s', (example) => {
  it('have a quarantine of the old kind, where runs have a login, and none other but the public one', () => {
    const modes = registries(example).map(({ id, properties }) => [
      id?.split('/').at(-1)?.slice(0, -13),
      properties['roleAssignmentMode'],
    ]);

    expect(modes).toContainEqual(['quarantine', 'LegacyRegistryPermissions']);
    expect(modes.filter(([, mode]) => mode !== 'AbacRepositoryPermissions').map(([name]) => name)).toEqual(
      example === 'walkthrough' ? ['quarantine', 'public'] : ['quarantine'],
    );
  });

  it('delete nothing by themselves, and give back what was deleted where images live on', () => {
    for (const { id, properties } of registries(example)) {
      const lives = !/\/(quarantine|public)[a-z0-9]{13}$/.test(id ?? '');
      expect(properties['policies']).toEqual({
        softDeletePolicy: lives ? { status: 'enabled', retentionDays: 30 } : { status: 'disabled' },
        retentionPolicy: { status: 'disabled' },
      });
    }
  });
});

describe('the reports of checks', () => {
  it.each(stages)('are deleted after a while in %s, and nothing else of the storage account is', async (example) => {
    const containers: string[] = [];
    const reports = azureReports({
      blobContainer(name) {
        containers.push(name);
        throw new Error('nobody is there');
      },
    });
    await expect(reports.get('node/report.json')).rejects.toThrow('nobody is there');

    const [lifetimes, ...others] = ofType(example, 'Microsoft.Storage/storageAccounts/managementPolicies');

    expect(others).toEqual([]);
    expect(lifetimes?.properties).toEqual({
      policy: {
        rules: [
          {
            ...{ name: 'reports-end', type: 'Lifecycle' },
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: containers.map((name) => `${name}/`) },
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 400 } } },
            },
          },
        ],
      },
    });
  });
});

describe('pushes', () => {
  it.each(stages)(
    'have a topic in %s that writes dead letters as itself, for each registry that has none',
    (example) => {
      const topics = ofType(example, 'Microsoft.EventGrid/systemTopics') as (Predicted & {
        identity: { type: string };
      })[];

      const there = ['existing-registries', 'one-registry'].includes(example) ? ['contososhop'] : [];
      const names = registries(example).map(({ id = '' }) => id.split('/').at(-1));
      expect(topics.map(({ properties }) => String(properties['source']).split('/').at(-1))).toEqual([
        ...names,
        ...there,
      ]);
      expect(new Set(topics.map(({ identity }) => identity.type))).toEqual(new Set(['SystemAssigned']));
    },
  );

  it('wake the app, are tried for a day, and are kept when they cannot be delivered', () => {
    const subscriptions = resourcesOf('subscriptions');

    expect(subscriptions.map(({ id }) => id?.split('/').at(-3))).toEqual(['quarantine-pushes', 'contosobase-events']);
    for (const { properties } of subscriptions) {
      // One condition more, and some pushes would wake nobody.
      expect(properties['filter']).toEqual({ includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'] });
      expect(properties).toMatchObject({
        destination: {
          endpointType: 'AzureFunction',
          properties: { resourceId: expect.stringMatching(/\/functions\/onImagePushed$/) as unknown },
        },
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        deadLetterWithResourceIdentity: {
          identity: { type: 'SystemAssigned' },
          deadLetterDestination: { properties: { blobContainerName: 'dead-letters' } },
        },
      });
    }
  });
});

describe('the app', () => {
  it.each(stages)('is behind a sign-in in %s, but for what Event Grid calls', (example) => {
    const { globalValidation, platform } = named(ofType(example, 'Microsoft.Web/sites/config'), 'authsettingsV2');

    expect(platform).toMatchObject({ enabled: true });
    expect(globalValidation).toEqual({
      requireAuthentication: true,
      unauthenticatedClientAction: 'Return401',
      excludedPaths: ['/runtime/webhooks/eventgrid', '/runtime/webhooks/EventGrid'],
    });
  });

  it.each(stages)('runs in %s from a package that it reads as its identity', (example) => {
    const [site] = ofType(example, 'Microsoft.Web/sites');

    expect(site?.properties['functionAppConfig']).toMatchObject({
      deployment: { storage: { authentication: { type: 'UserAssignedIdentity' } } },
      runtime: { name: 'node', version: '22' },
    });
  });

  it('has the app roles that the app asks for, and needs no client secret', () => {
    const [registration] = ofType('walkthrough', 'Microsoft.Graph/applications@v1.0');
    const roles = registration?.properties['appRoles'] as { value: string }[];

    expect(roles.map(({ value }) => value)).toEqual(ROLES);
    expect(ofType('walkthrough', 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0')).toHaveLength(1);
    expect(ofType('walkthrough', 'Microsoft.Graph/servicePrincipals@v1.0')[0]?.properties).toMatchObject({
      appRoleAssignmentRequired: true,
    });
  });

  it('signs people in with a registration that is there, where one is given', () => {
    expect(resourcesOf('locked-down').filter(({ type }) => type.startsWith('Microsoft.Graph/'))).toEqual([]);
    expect(textOf('locked-down')).toContain('"clientId": "7c0a3f0e-58f1-4c7e-8f5e-0f6d5b0f6a11"');
  });
});

describe('the tasks of the walkthrough', () => {
  const tasks = ofType('walkthrough', 'Microsoft.ContainerRegistry/registries/tasks');

  it('get their git token from a key vault of its own, where nobody has a role', () => {
    const tokens = JSON.stringify(tasks).match(/"(?:token|contextAccessToken)":"[^"]*"/g) ?? [];
    const vault = /\/vaults\/gated-git-[a-z0-9]{13}\b/;
    const inIt = resourcesOf('walkthrough').filter(({ id }) => vault.test(id ?? ''));

    expect(tokens).toHaveLength(4);
    expect(tokens.filter((token) => !token.includes('getKeyVaultSecret(') || !vault.test(token))).toEqual([]);
    expect(inIt.map(({ type }) => type)).toEqual([
      'Microsoft.KeyVault/vaults',
      'Microsoft.KeyVault/vaults/secrets',
      'Microsoft.Insights/diagnosticSettings',
    ]);
  });

  it.each(stages)('are why a deployment may read from that vault in %s, and from no other', (example) => {
    const readable = ofType(example, 'Microsoft.KeyVault/vaults').map(({ id, properties }) => [
      id?.split('/').at(-1)?.slice(0, -14),
      properties['enabledForTemplateDeployment'],
    ]);

    expect(readable).toEqual([['gated', false], ...(example === 'walkthrough' ? [['gated-git', true]] : [])]);
  });

  it('build on commits, the public one on a schedule as well, and none of ours on a new base, which the app passes by digest', () => {
    const trigger = (name: string) => named(tasks, name)['trigger'];

    expect(trigger('base-image-node')).toMatchObject({ timerTriggers: [{ schedule: '0 4 * * *' }] });
    expect(trigger('hello-world')).toMatchObject({
      sourceTriggers: [{ sourceTriggerEvents: ['commit'] }],
      baseImageTrigger: null,
      timerTriggers: [],
    });
  });

  it('have a login where permissions are by repository: that of their identity', () => {
    expect(named(tasks, 'hello-world')['credentials']).toMatchObject({ sourceRegistry: { identity: '[system]' } });
  });
});

describe('what is watched', () => {
  it.each(stages)('in %s: rejected candidates, missing sweeps, and dead letters of every topic', (example) => {
    const queries = ofType(example, 'Microsoft.Insights/scheduledQueryRules').map(({ id }) => id?.split('/').at(-1));
    const scopes = ofType(example, 'Microsoft.Insights/metricAlerts').map(({ properties }) => properties['scopes']);

    expect(queries).toEqual(['gated-import-candidate-rejected', 'gated-import-no-sweep']);
    expect(scopes).toHaveLength(example === 'walkthrough' ? 4 : example === 'one-registry' ? 2 : 3);
  });
});

describe('the closed system', () => {
  it('has everything off the public network that can be, and a way to it from inside', () => {
    const closed = [...registries('locked-down'), ...ofType('locked-down', 'Microsoft.KeyVault/vaults')];
    const endpoints = ofType('locked-down', 'Microsoft.Network/privateEndpoints');

    expect(closed.filter(({ properties }) => properties['publicNetworkAccess'] !== 'Disabled')).toEqual([]);
    const accounts = ofType('locked-down', 'Microsoft.Storage/storageAccounts');
    expect(accounts.map(({ properties }) => properties['networkAcls'])).toEqual([
      { bypass: 'AzureServices', defaultAction: 'Deny' },
      { bypass: 'None', defaultAction: 'Deny' },
    ]);
    expect(endpoints.map(({ id = '' }) => id.split('/').at(-1) ?? '').toSorted()).toEqual(
      ['base', 'policy', 'quarantine', 'storage-blob', 'storage-queue', 'storage-table', 'team', 'vault'].map(
        (name) => `gated-import-${name}`,
      ),
    );
  });

  it('has agents for runs where runs are scheduled', () => {
    const pools = ofType('locked-down', 'Microsoft.ContainerRegistry/registries/agentPools');

    expect(pools.map(({ id }) => id?.split('/').at(-3)?.slice(0, -13))).toEqual(['quarantine', 'team']);
    const settings = named(ofType('locked-down', 'Microsoft.Web/sites/config'), 'appsettings');
    expect(new Set(pools.map(({ id }) => id?.split('/').at(-1)))).toEqual(new Set([settings['AGENT_POOL']]));
  });

  it('keeps deleted vaults for 90 days, and the walkthrough does not', () => {
    expect(ofType('locked-down', 'Microsoft.KeyVault/vaults')[0]?.properties['enablePurgeProtection']).toBe(true);
    const purged = ofType('walkthrough', 'Microsoft.KeyVault/vaults').map(({ properties }) => properties);
    expect(purged.map(({ enablePurgeProtection }) => enablePurgeProtection ?? false)).toEqual([false, false]);
  });
});
