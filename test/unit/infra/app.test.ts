/** The app in Azure: the plan it runs on, who it is to its own storage, who signs in to it, and the key that it signs records with. */
import { describe, expect, it } from 'vitest';
import { firstStages, ofType, type Predicted } from './snapshot.ts';

const only = (example: string, type: string): Predicted & Record<string, unknown> => {
  const [found, ...others] = ofType(example, type);
  if (!found || others.length > 0) throw new Error(`${example} has not one ${type}`);
  return found as Predicted & Record<string, unknown>;
};
const config = (example: string, name: string): Record<string, unknown> =>
  ofType(example, 'Microsoft.Web/sites/config').find(({ id }) => id?.endsWith(`/config/${name}`))?.properties ?? {};
const identity = (example: string): string =>
  ofType(example, 'Microsoft.ManagedIdentity/userAssignedIdentities').find(({ id }) => id?.endsWith('/gated-import'))
    ?.id ?? '';
/** What only Azure knows is an expression that names where it is read. */
const readFrom = (id: string, what: string): unknown =>
  expect.stringMatching(new RegExp(`^\\[.*reference\\('[^']*${id}'.*\\b${what}\\b`));

describe.each(firstStages)('the app of %s', (example) => {
  it('runs on Flex Consumption, as its identity alone, and is found by azd', () => {
    expect(only(example, 'Microsoft.Web/serverfarms')['sku']).toEqual({ name: 'FC1', tier: 'FlexConsumption' });
    expect(only(example, 'Microsoft.Web/sites')).toMatchObject({
      identity: { type: 'UserAssigned', userAssignedIdentities: { [identity(example)]: {} } },
      tags: { 'azd-service-name': 'app' },
      // Of its settings this plan takes but few.
      properties: { siteConfig: { minTlsVersion: '1.2' } },
    });
  });

  it('reaches its own storage and its telemetry as that identity', () => {
    const clientId = readFrom('/gated-import', 'clientId');
    const storage = (kind: string) => readFrom('/storageAccounts/gated\\w{13}', kind);

    expect(config(example, 'appsettings')).toMatchObject({
      AzureWebJobsStorage__credential: 'managedidentity',
      AzureWebJobsStorage__clientId: clientId,
      AzureWebJobsStorage__blobServiceUri: storage('blob'),
      AzureWebJobsStorage__queueServiceUri: storage('queue'),
      AzureWebJobsStorage__tableServiceUri: storage('table'),
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: clientId,
    });
  });

  it('is deployed from a container that is there, and keeps dead letters in another', () => {
    const containers = ofType(example, 'Microsoft.Storage/storageAccounts/blobServices/containers').map(
      ({ id }) => id?.split('/').at(-1) ?? '',
    );
    const { deployment } = only(example, 'Microsoft.Web/sites').properties['functionAppConfig'] as {
      deployment: { storage: { value: string } };
    };

    expect(containers.toSorted()).toEqual(['dead-letters', 'package', 'policy']);
    expect(deployment.storage.value).toMatch(/primaryEndpoints\.blob, 'package'\)\]$/);
  });

  it('lets in who has signed in at its own tenant, for this app', () => {
    const { identityProviders } = config(example, 'authsettingsV2') as {
      identityProviders: Record<string, { registration: object; validation: { allowedAudiences: string[] } }>;
    };
    const { azureActiveDirectory: directory } = identityProviders;

    expect(Object.keys(identityProviders)).toEqual(['azureActiveDirectory']);
    expect(directory).toMatchObject({
      enabled: true,
      registration: {
        openIdIssuer: expect.stringMatching(/loginEndpoint, '[0-9a-f-]{36}'\)\]$/) as string,
        clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID',
      },
    });
    expect(directory?.validation.allowedAudiences).toHaveLength(3);
  });

  it('signs records with a key that signs and verifies, and does nothing else', () => {
    expect(only(example, 'Microsoft.KeyVault/vaults/keys').properties).toEqual({
      ...{ kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] },
    });
  });

  it('announces CloudEvents', () => {
    expect(only(example, 'Microsoft.EventGrid/topics').properties['inputSchema']).toBe('CloudEventSchemaV1_0');
  });
});

it('where no identity can serve, a login reads the repository that the walkthrough follows, and no other', () => {
  const map = only('walkthrough', 'Microsoft.ContainerRegistry/registries/scopeMaps');

  expect(map.properties['actions']).toEqual(['repositories/node/content/read', 'repositories/node/metadata/read']);
  expect(only('walkthrough', 'Microsoft.ContainerRegistry/registries/tokens').properties).toEqual({
    ...{ scopeMapId: map.id, status: 'enabled' },
  });
});
