/** The app gets in Azure the settings that it reads, and the host those that it needs; no others. */
import { describe, expect, it } from 'vitest';
import { policyVariables, readSettings } from '../../../shared/settings.ts';
import { settingsTable } from '../../../shared/settings/schema.ts';
import { firstStages, ofType } from './snapshot.ts';

/** https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity */
const OF_THE_HOST = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__tableServiceUri',
  'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID',
];
/** A file is of no use where instances come and go. */
const LOCAL = ['TELEMETRY_FILE'];
const REGISTRIES = ['BASE_REGISTRY', 'TEAM_REGISTRY'];

const given = (example: string): Record<string, string> =>
  (ofType(example, 'Microsoft.Web/sites/config').find(({ id }) => id?.endsWith('/config/appsettings'))?.properties ??
    {}) as Record<string, string>;

describe.each(firstStages)('the example %s', (example) => {
  it('gives the app every setting that it reads, and no other', () => {
    const ofTheApp = settingsTable.map(({ name }) => name).filter((name) => !LOCAL.includes(name));
    const variables = (given(example)['POLICY_VARIABLES'] ?? '').split(',').filter(Boolean);
    const upstream = example === 'walkthrough' ? ['PUBLIC_REGISTRY'] : [];

    expect(Object.keys(given(example)).toSorted()).toEqual(
      [...ofTheApp, ...OF_THE_HOST, ...REGISTRIES, ...upstream, ...variables].toSorted(),
    );
  });

  it('gives values that the app takes', () => {
    const examplesOf = Object.fromEntries(settingsTable.map(({ name, example: value }) => [name, value]));
    // What only Azure knows is taken to be what the setting's own example is.
    const values = Object.fromEntries(
      Object.entries(given(example)).map(([name, value]) => [
        name,
        value.startsWith('[') ? (examplesOf[name] ?? 'contoso.azurecr.io') : value,
      ]),
    );

    expect(readSettings(values)).toMatchObject({ kind: 'valid', settings: { authMode: 'entra' } });
  });
});

it('hands on what the policy may name', () => {
  expect(policyVariables(given('locked-down'))).toMatchObject({ STAGE: 'prod' });
});
