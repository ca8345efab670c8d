/**
 * Deploys a stage of the walkthrough into the emulated Azure as its snapshot says: one PUT for each resource, through Resource Manager, in an order
 * in which what a resource names is there. What is there as it was deployed last is left alone.
 */
import type { AzureClient } from '../provision/azure-client.ts';
import { declare } from '../provision/declared.ts';
import { withCounterpart, type Deployable } from './counterparts.ts';
import { asHere, type Here } from './differences.ts';
import { inOrder } from './order.ts';
import { resolve, type Lookups } from './resolve.ts';
import { readStage, type Stage } from './snapshot.ts';

export interface Deployment extends Here {
  /** Values of the secure parameters. */
  parameters: Record<string, unknown>;
  /** Where what was deployed is remembered. */
  declared: string;
  /** Beside those of the snapshot, before them. */
  also?: Deployable[];
}

const KEY_VAULT_API_VERSION = '2025-05-01';

interface KeyVault {
  properties: { enabledForTemplateDeployment: boolean; vaultUri: string };
}

/** Throws `NoCounterpart` and `UnknownExpression` before anything that needs them is put, `AzureRefused` when a PUT is refused. */
export async function deploy(azure: AzureClient, stage: Stage, deployment: Deployment): Promise<void> {
  const { parameters, declared: file, also = [], ...here } = deployment;
  const lookups = lookupsIn(azure, parameters);
  const resources = inOrder(withCounterpart(await readStage(stage)));
  for (const resource of [...also, ...resources]) {
    const { id: path, apiVersion, condition = true, type: _, name: __, ...body } = asHere(resource, here);
    if ((await resolve(condition, lookups)) !== true) continue;
    await declare(azure, [{ path, apiVersion, body: (await resolve(body, lookups)) as object }], { file });
  }
}

/** A resource is asked for once: what is referred to was put before, and its identity and its addresses stay. */
function lookupsIn(azure: AzureClient, parameters: Record<string, unknown>): Lookups {
  const seen = new Map<string, Promise<unknown>>();
  return {
    parameters,
    resource(id, apiVersion) {
      const known = seen.get(id) ?? azure.get(id, apiVersion);
      seen.set(id, known);
      return known;
    },
    async secret(vaultId, name) {
      const vault = (await azure.get(vaultId, KEY_VAULT_API_VERSION)) as KeyVault | undefined;
      if (!vault?.properties.enabledForTemplateDeployment) {
        const why = vault ? 'lets no deployment read: set its enabledForTemplateDeployment' : 'is not there';
        throw new Error(`the key vault ${vaultId} ${why}`);
      }
      const value = await azure.secret(name, vault.properties);
      if (value === undefined) throw new Error(`the key vault ${vaultId} has no secret ${name}`);
      return value;
    },
  };
}
