/** What a deployment of the walkthrough reads from a key vault: from the one that the template names, if that lets deployments in. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitTokenId } from '../../../local/azure.ts';
import { deploy } from '../../../local/deployment/deploy.ts';
import { layoutOf } from '../../../local/layout.ts';
import { createAzureClient, type AzureClient } from '../../../local/provision/azure-client.ts';
import { outcomeOf } from '../cloud/roles-system.ts';
import { openEstate, type Estate } from './forbidden/estate.ts';

let estate: Estate;
let azure: AzureClient;
beforeAll(async () => {
  estate = await openEstate();
  azure = createAzureClient(estate.instance);
});
afterAll(() => estate.close());

const gitVaultId = gitTokenId.replace(/\/secrets\/.+$/, '');

/** Once more, with another token; answers the bodies of what was put, by the end of their ids. */
async function deployAgain(gitToken: string): Promise<Record<string, string>> {
  const { declared, repositories } = layoutOf(estate.instance.directory);
  const bodies: Record<string, string> = {};
  const put: AzureClient['put'] = (path, version, body) => {
    bodies[path.split('/').at(-1) ?? ''] = JSON.stringify(body);
    return azure.put(path, version, body);
  };
  const parameters = { walkthroughSecrets: { gitToken, greeting: 'Hello' } };
  await deploy({ ...azure, put }, 'walkthrough', { declared, repositories, parameters });
  return bodies;
}

test('gives the tasks the git token of the vault that the template names, and not what the app could read', async () => {
  await azure.setSecret('git-token', 'in the vault of the app');

  const bodies = await deployAgain('ghp_new');

  expect(Object.keys(bodies)).toEqual(expect.arrayContaining(['git-token', 'base-image-node', 'hello-world']));
  for (const task of ['base-image-node', 'hello-world']) expect(bodies[task]?.split('"ghp_new"')).toHaveLength(3);
  expect(JSON.stringify(bodies)).not.toContain('in the vault of the app');
});

test('reads from no vault that lets no deployment in, and says what to set', async () => {
  const letDeploymentsIn = (enabledForTemplateDeployment: boolean) =>
    azure.put(gitVaultId, '2025-05-01', {
      properties: { enableRbacAuthorization: true, enabledForTemplateDeployment },
    });
  await letDeploymentsIn(false);

  const refused = await outcomeOf(deployAgain('ghp_other'));
  await letDeploymentsIn(true);

  expect((refused as Error).message).toBe(
    `the key vault ${gitVaultId} lets no deployment read: set its enabledForTemplateDeployment`,
  );
});
