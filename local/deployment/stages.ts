/** The two stages in which the walkthrough is deployed, as `azd up` does: the system, and what can only follow when the app is there. */
import { announcementTopicId, registriesOf } from '../azure.ts';
import type { Instance } from '../instance.ts';
import type { Layout } from '../layout.ts';
import type { AzureClient } from '../provision/azure-client.ts';
import { newUpstreamPassword } from '../provision/logins.ts';
import { deploy } from './deploy.ts';
import { ofWhoDeploys, parametersHere } from './differences.ts';

type Place = Pick<Layout, 'declared' | 'repositories'>;

const EVENT_GRID_API_VERSION = '2025-02-15';

export async function deployFirstStage(
  azure: AzureClient,
  { declared, repositories }: Place,
): Promise<{ announcementsEndpoint: string }> {
  await deploy(azure, 'walkthrough', { declared, repositories, parameters: parametersHere, also: ofWhoDeploys });
  const topic = (await azure.get(announcementTopicId, EVENT_GRID_API_VERSION)) as { properties: { endpoint: string } };
  return { announcementsEndpoint: topic.properties.endpoint };
}

/** The upstream login is among it: Azure shows the password of a token only when it is made, which is after the first stage. */
export async function deploySecondStage(
  azure: AzureClient,
  instance: Instance,
  { declared, repositories }: Place,
): Promise<void> {
  const publicRegistryPassword = await newUpstreamPassword(azure, registriesOf(instance).public);
  await deploy(azure, 'walkthrough-subscriptions', { declared, repositories, parameters: { publicRegistryPassword } });
}
