/**
 * Vaults as resources: get, list, and a PUT of what one is already. Those of the configuration are there from the start; another one cannot be
 * made, and none can be deleted. All that a PUT changes is whether a deployment may read from it.
 */
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App } from '../http.ts';
import type { World } from '../world.ts';
import { RECOVERABLE_DAYS } from './limits.ts';
import type { Vault } from './vault.ts';

const PROVIDER = 'providers/microsoft.keyvault/vaults';

/** Anything else would be promised and not kept. Days of recovery are always those of `limits.ts`. */
const putBody = z.object({
  properties: z.looseObject({
    enableRbacAuthorization: z.literal(true, 'only a vault with roles is emulated (enableRbacAuthorization: true)'),
    enablePurgeProtection: z.literal(false, 'purge protection is not emulated').nullish(),
    publicNetworkAccess: z.literal('Enabled', 'a vault that is closed to the network is not emulated').nullish(),
    networkAcls: z
      .looseObject({ defaultAction: z.literal('Allow', 'a vault that is closed to the network is not emulated') })
      .nullish(),
    enabledForTemplateDeployment: z.boolean().nullish(),
  }),
});

export function addVaultResourceRoutes(arm: App, options: { world: World; vaults: Vault[] }): void {
  const { world, vaults } = options;
  const { location, tenant } = world.config;
  const settings = world.store.collection<{ enabledForTemplateDeployment: boolean }>('vaults');
  const at = (path: string): Vault | undefined => vaults.find(({ id }) => id.toLowerCase() === path);
  const show = ({ id, name, url }: Vault): object => ({
    ...{ id, name, type: 'Microsoft.KeyVault/vaults', location, tags: {} },
    properties: {
      sku: { family: 'A', name: 'standard' },
      tenantId: tenant,
      accessPolicies: [],
      enableRbacAuthorization: true,
      enabledForDeployment: false,
      enabledForTemplateDeployment: settings.get(id.toLowerCase())?.enabledForTemplateDeployment ?? false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: RECOVERABLE_DAYS,
      publicNetworkAccess: 'Enabled',
      vaultUri: `${url}/`,
      provisioningState: 'Succeeded',
    },
  });

  arm.get(`/subscriptions/:subscription/${PROVIDER}`, (c) => c.json({ value: vaults.map(show) }));
  arm.get(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}`, (c) => {
    const inGroup = vaults.filter(({ resourceGroup }) => resourceGroup.toLowerCase() === c.req.param('group'));
    return c.json({ value: inGroup.map(show) });
  });
  arm.put(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}/:name`, async (c) => {
    const vault = at(c.req.path);
    if (!vault) {
      const message = `Making the vault ${c.req.param('name')} is not emulated: those of this cloud are in its configuration.`;
      return armError(c, 501, 'NotEmulated', message);
    }
    const body = await readBody(c, putBody);
    if (!body.success) return armError(c, 400, 'BadRequest', z.prettifyError(body.error));
    const { enabledForTemplateDeployment } = body.data.properties;
    settings.put(vault.id.toLowerCase(), { enabledForTemplateDeployment: enabledForTemplateDeployment ?? false });
    return c.json(show(vault));
  });
  arm.get(`/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}/:name`, (c) => {
    const vault = at(c.req.path);
    if (vault) return c.json(show(vault));
    const message = `The Resource 'Microsoft.KeyVault/vaults/${c.req.param('name')}' under resource group '${c.req.param('group')}' was not found.`;
    return armError(c, 404, 'ResourceNotFound', message);
  });
}
