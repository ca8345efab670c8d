/** The vault as a resource: get and list. The one vault of the configuration is there from the start; none can be made, changed or deleted. */
import { armError, type App } from '../http.ts';
import type { CloudConfig, World } from '../world.ts';
import { RECOVERABLE_DAYS } from './limits.ts';

const PROVIDER = 'providers/microsoft.keyvault/vaults';

export const vaultIdOf = ({ subscription, vault }: CloudConfig): string =>
  `/subscriptions/${subscription}/resourceGroups/${vault.resourceGroup}/providers/Microsoft.KeyVault/vaults/${vault.name}`;

export function addVaultResourceRoutes(arm: App, { world }: { world: World }): void {
  const { config } = world;
  const { vault, location, tenant, ports } = config;
  const resource = {
    id: vaultIdOf(config),
    name: vault.name,
    type: 'Microsoft.KeyVault/vaults',
    location,
    tags: {},
    properties: {
      sku: { family: 'A', name: 'standard' },
      tenantId: tenant,
      accessPolicies: [],
      enableRbacAuthorization: true,
      enabledForDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: RECOVERABLE_DAYS,
      publicNetworkAccess: 'Enabled',
      vaultUri: `https://localhost:${ports.vault}/`,
      provisioningState: 'Succeeded',
    },
  };

  arm.get(`/subscriptions/:subscription/${PROVIDER}`, (c) => c.json({ value: [resource] }));
  arm.get(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}`, (c) =>
    c.json({ value: c.req.param('group') === vault.resourceGroup.toLowerCase() ? [resource] : [] }),
  );
  arm.get(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}/:name`, (c) => {
    if (c.req.path === resource.id.toLowerCase()) return c.json(resource);
    const message = `The Resource 'Microsoft.KeyVault/vaults/${c.req.param('name')}' under resource group '${c.req.param('group')}' was not found.`;
    return armError(c, 404, 'ResourceNotFound', message);
  });
}
