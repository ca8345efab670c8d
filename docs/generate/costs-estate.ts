/** What of the templates' snapshots is paid for: counted, and a type of resource of which nobody has said whether it costs something is refused. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const EXAMPLES = fileURLToPath(new URL('../../infra/examples/', import.meta.url));

/** Resources that cost something while they stand there, or by what goes through them. */
const PRICED = new Set([
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.ContainerRegistry/registries/agentPools',
  'Microsoft.Insights/components',
  'Microsoft.Insights/metricAlerts',
  'Microsoft.Insights/scheduledQueryRules',
  'Microsoft.KeyVault/vaults/keys',
  'Microsoft.Network/natGateways',
  'Microsoft.Network/privateDnsZones',
  'Microsoft.Network/privateEndpoints',
  'Microsoft.Network/publicIPAddresses',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.Web/sites',
]);

/** Those that cost nothing, or next to nothing: a few events and secrets, and what only says how others are set up. */
const FOR_NOTHING = [
  /^Microsoft\.(Authorization|EventGrid|Graph|ManagedIdentity|Resources)\//,
  /^Microsoft\.ContainerRegistry\/registries\/(scopeMaps|tasks|tokens)$/,
  /^Microsoft\.Insights\/(actionGroups|diagnosticSettings|workbooks)$/,
  /^Microsoft\.KeyVault\/vaults(\/secrets)?$/,
  /^Microsoft\.Network\/(virtualNetworks|privateDnsZones\/virtualNetworkLinks|privateEndpoints\/privateDnsZoneGroups)$/,
  /^Microsoft\.Storage\/storageAccounts\/(managementPolicies|\w+Services(\/containers)?)$/,
  /^Microsoft\.Web\/(serverfarms|sites\/\w+)$/,
];

export interface Estate {
  registries: number;
  isPremium: boolean;
  logAlerts: number;
  metricAlerts: number;
  privateEndpoints: number;
  natGateways: number;
  publicAddresses: number;
  dnsZones: number;
  agentPools: number;
  /** Days. */
  reportsKept: number;
}

const isForNothing = (type: string): boolean => FOR_NOTHING.some((form) => form.test(type));

/** Throws when a resource is in neither list, so that none is left out unseen. */
export function estateOf(example: string): Estate {
  const { predictedResources } = JSON.parse(readFileSync(`${EXAMPLES}${example}.snapshot.json`, 'utf8')) as {
    predictedResources: { type: string; name?: string; sku?: { name: string } }[];
  };
  // The simulated public registry belongs to the walkthrough, not to a system.
  const resources = predictedResources.filter(({ name = '' }) => !name.includes('public'));
  const unpriced = resources.map(({ type }) => type).filter((type) => !PRICED.has(type) && !isForNothing(type));
  if (unpriced.length > 0)
    throw new Error(`docs/generate/costs-estate.ts has no price for ${[...new Set(unpriced)].join(', ')}`);
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const registries = of('Microsoft.ContainerRegistry/registries');
  return {
    registries: registries.length,
    isPremium: registries.some(({ sku }) => sku?.name === 'Premium'),
    logAlerts: of('Microsoft.Insights/scheduledQueryRules').length,
    metricAlerts: of('Microsoft.Insights/metricAlerts').length,
    privateEndpoints: of('Microsoft.Network/privateEndpoints').length,
    natGateways: of('Microsoft.Network/natGateways').length,
    publicAddresses: of('Microsoft.Network/publicIPAddresses').length,
    dnsZones: of('Microsoft.Network/privateDnsZones').length,
    agentPools: of('Microsoft.ContainerRegistry/registries/agentPools').length,
    reportsKept: daysKept(of('Microsoft.Storage/storageAccounts/managementPolicies')),
  };
}

const lifecycle = z.object({
  properties: z.object({
    policy: z.object({
      rules: z.tuple([
        z.object({
          definition: z.object({
            actions: z.object({
              baseBlob: z.object({ delete: z.object({ daysAfterModificationGreaterThan: z.number() }) }),
            }),
          }),
        }),
      ]),
    }),
  }),
});

const daysKept = ([policy]: object[]): number =>
  lifecycle.parse(policy).properties.policy.rules[0].definition.actions.baseBlob.delete
    .daysAfterModificationGreaterThan;
