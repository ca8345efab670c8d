/** What the Bicep files declare in Azure and a walkthrough adds to it, as the bodies of PUT requests: event subscriptions, a topic, tasks. */
import { inResourceGroup, location, registriesOf, resourceGroup } from '../azure.ts';
import type { Instance } from '../instance.ts';
import type { Resource } from './declared.ts';
import { dockerTask } from './docker-task.ts';

const EVENT_GRID_API_VERSION = '2022-06-15';

/** Where the app announces what it does. */
export const announcementTopic: Resource = {
  path: inResourceGroup(resourceGroup, 'Microsoft.EventGrid/topics', 'announcements'),
  apiVersion: EVENT_GRID_API_VERSION,
  body: { location, properties: { inputSchema: 'CloudEventSchemaV1_0' } },
};

/** Every push to a registry of ours, and to the simulated public one, wakes the app. */
export function pushSubscriptions(instance: Instance): Resource[] {
  const webhook = `http://127.0.0.1:${instance.ports.app}/runtime/webhooks/eventgrid?functionName=onImagePushed`;
  return Object.values(registriesOf(instance)).map((registry) => ({
    path: `${registry.id}/providers/Microsoft.EventGrid/eventSubscriptions/gated-import`,
    apiVersion: EVENT_GRID_API_VERSION,
    body: {
      properties: {
        destination: { endpointType: 'WebHook', properties: { endpointUrl: webhook } },
        filter: { includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'] },
        eventDeliverySchema: 'EventGridSchema',
      },
    },
  }));
}

/** The task that reads another registry, and needs a role for it. */
export const helloWorldTask = (instance: Instance): string => `${registriesOf(instance).team.id}/tasks/hello-world`;

/** `repositories`: the folder of the git repositories. */
export function tasks(instance: Instance, { repositories }: { repositories: string }): Resource[] {
  const { team, base } = registriesOf(instance);
  return [
    nodeTask(instance, { repositories }),
    dockerTask({
      registry: team,
      name: 'hello-world',
      repository: `${repositories}/hello-world`,
      image: 'hello-world:{{.Run.ID}}',
      arguments: { BASE_IMAGE: `${base.host}/node:15-alpine` },
      startedBy: { commits: true },
      logins: { [base.host]: { identity: '[system]' } },
    }),
  ];
}

/** The publisher's: its image is built on a commit, on a new image below it, and by a schedule if there is one. */
export function nodeTask(instance: Instance, options: { repositories: string; schedule?: string }): Resource {
  const registry = registriesOf(instance).public;
  const { repositories, schedule } = options;
  return dockerTask({
    registry,
    name: 'base-image-node',
    repository: `${repositories}/base-image-node`,
    image: 'node:15-alpine',
    arguments: { BASE: `${registry.host}/busybox:1.36` },
    startedBy: { commits: true, baseImage: true, ...(schedule === undefined ? {} : { schedule }) },
  });
}
