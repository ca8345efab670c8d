/** What can tell the workspace what happens to it, does; and of every other type it is said here why not. */
import { describe, expect, it } from 'vitest';
import { examples, firstStages, ofType, resourcesOf } from './snapshot.ts';

const SETTINGS = 'Microsoft.Insights/diagnosticSettings';
const TELLING = [
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.EventGrid/systemTopics',
  'Microsoft.EventGrid/topics',
  'Microsoft.KeyVault/vaults',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Storage/storageAccounts/blobServices',
  'Microsoft.Storage/storageAccounts/queueServices',
  'Microsoft.Storage/storageAccounts/tableServices',
];
/** https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/logs-index */
const SILENT: Record<string, RegExp> = {
  'has no settings of its own':
    /^Microsoft\.(Authorization|Graph|ManagedIdentity|Resources)\/|\/registries\/\w+$|\/vaults\/\w+$|\/containers$|\/managementPolicies$|\/eventSubscriptions$|^Microsoft\.Insights\/(?!components)/,
  'Flex Consumption does not support them; the app tells Application Insights': /^Microsoft\.Web\//,
  'it lies in the workspace already': /^Microsoft\.Insights\/components$/,
  'its services tell what is done with them': /^Microsoft\.Storage\/storageAccounts$/,
  'it logs only what a DDoS plan does, and there is none': /^Microsoft\.Network\//,
};

it.each(examples)('%s has no resource of which this is not known', (example) => {
  const types = resourcesOf(example).map(({ type }) => type);
  const reasons = Object.values(SILENT);

  expect(types.filter((type) => !TELLING.includes(type) && !reasons.some((of) => of.test(type)))).toEqual([]);
});

describe.each(firstStages)('in %s', (example) => {
  const settings = ofType(example, SETTINGS);

  it('each that can has settings', () => {
    const told = settings.map(({ id }) => id?.replace(`/providers/${SETTINGS}/workspace`, ''));
    const able = resourcesOf(example).filter(({ type }) => TELLING.includes(type));

    expect(able.map(({ id }) => id).filter((id) => !told.includes(id))).toEqual([]);
  });

  it('they say to the workspace of the system what was done, and how much', () => {
    const [workspace] = ofType(example, 'Microsoft.OperationalInsights/workspaces');
    const on = { enabled: true };

    for (const { properties } of settings) {
      expect(properties['workspaceId']).toBe(workspace?.id);
      expect(properties['logs']).toEqual(expect.arrayContaining([expect.objectContaining(on)]));
      expect(properties['metrics']).toEqual([expect.objectContaining(on)]);
    }
  });
});
