/**
 * The vault as a resource: get, list, and a PUT of what it is already. The one vault of the configuration is there from the start; another one
 * cannot be made, and it cannot be changed or deleted.
 */
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App } from '../http.ts';
import type { CloudConfig, World } from '../world.ts';
import { RECOVERABLE_DAYS } from './limits.ts';

const PROVIDER = 'providers/microsoft.keyvault/vaults';

export const vaultIdOf = ({ subscription, vault }: CloudConfig): string =>
  `/subscriptions/${subscription}/resourceGroups/${vault.resourceGroup}/providers/Microsoft.KeyVault/vaults/${vault.name}`;

/** Anything else would be promised and not kept. Days of recovery are always those of `limits.ts`. */
const putBody = z.object({
  properties: z.looseObject({
    enableRbacAuthorization: z.literal(true, 'only a vault with roles is emulated (enableRbacAuthorization: true)'),
    enablePurgeProtection: z.literal(false, 'purge protection is not emulated').nullish(),
    publicNetworkAccess: z.literal('Enabled', 'a vault that is closed to the network is not emulated').nullish(),
    networkAcls: z
      .looseObject({ defaultAction: z.literal('Allow', 'a vault that is closed to the network is not emulated') })
      .nullish(),
  }),
});

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
  arm.put(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}/:name`, async (c) => {
    if (c.req.path !== resource.id.toLowerCase()) {
      const message = `Making the vault ${c.req.param('name')} is not emulated: that of this cloud is in its configuration.`;
      return armError(c, 501, 'NotEmulated', message);
    }
    const body = await readBody(c, putBody);
    return body.success ? c.json(resource) : armError(c, 400, 'BadRequest', z.prettifyError(body.error));
  });
  arm.get(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}/:name`, (c) => {
    if (c.req.path === resource.id.toLowerCase()) return c.json(resource);
    const message = `The Resource 'Microsoft.KeyVault/vaults/${c.req.param('name')}' under resource group '${c.req.param('group')}' was not found.`;
    return armError(c, 404, 'ResourceNotFound', message);
  });
}
