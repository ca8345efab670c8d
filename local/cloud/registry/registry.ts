/** One registry of the cloud, as all its parts see it. */
import { join } from 'node:path';
import type { CloudConfig, EventService, World } from '../world.ts';
import { openImages, type Images } from './images.ts';
import { openBlobFiles, type BlobFiles } from './storage.ts';

export interface Registry {
  name: string;
  resourceGroup: string;
  /** Azure resource id. */
  id: string;
  /** `localhost:<port>`; also the `service` of its tokens. */
  loginServer: string;
  world: World;
  events: EventService;
  blobs: BlobFiles;
  images: Images;
}

export function openRegistry(options: {
  world: World;
  events: EventService;
  config: CloudConfig['registries'][number];
}): Registry {
  const { world, events, config } = options;
  const { subscription } = world.config;
  return {
    name: config.name,
    resourceGroup: config.resourceGroup,
    id: `/subscriptions/${subscription}/resourceGroups/${config.resourceGroup}/providers/Microsoft.ContainerRegistry/registries/${config.name}`,
    loginServer: `localhost:${config.port}`,
    world,
    events,
    blobs: openBlobFiles(join(world.directory, 'registry', config.name)),
    images: openImages({ store: world.store, registry: config.name }),
  };
}
