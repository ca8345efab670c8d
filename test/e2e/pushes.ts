/** Every push to a registry, as Event Grid tells a subscriber of its own: also what was there for a moment only. */
import { createAzureClient } from '../../local/provision/azure-client.ts';
import { registriesOf, type RegistryRole } from '../../local/azure.ts';
import { openWebhook } from '../contract/cloud/events-webhook.ts';
import type { System } from './system.ts';

export interface Push {
  repository: string;
  tag: string | undefined;
  digest: string;
}

export interface Pushes {
  /** In the order of their arrival; Event Grid may deliver one more than once. */
  seen(): Push[];
  close(): Promise<void>;
}

const API_VERSION = '2022-06-15';

interface Notification {
  data: { target: { repository: string; tag?: string; digest: string } };
}

export async function watchPushes({ local }: System, role: RegistryRole): Promise<Pushes> {
  const webhook = await openWebhook();
  const { id } = registriesOf(local.instance)[role];
  const path = `${id}/providers/Microsoft.EventGrid/eventSubscriptions/watcher`;
  await createAzureClient(local.instance).put(path, API_VERSION, {
    properties: {
      destination: { endpointType: 'WebHook', properties: { endpointUrl: webhook.url } },
      filter: { includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'] },
      eventDeliverySchema: 'EventGridSchema',
    },
  });
  return {
    seen: () =>
      webhook.received
        .flatMap(({ body }) => body as Notification[])
        .map(({ data: { target } }) => ({ repository: target.repository, tag: target.tag, digest: target.digest })),
    close: () => webhook.close(),
  };
}
