/** What a registry tells Event Grid: https://learn.microsoft.com/azure/event-grid/event-schema-container-registry */
import { randomUUID } from 'node:crypto';
import type { Digest } from '../../../shared/domain/reference.ts';
import type { Registry } from './registry.ts';
import { azureTime } from '../time.ts';

interface Pushed {
  repository: string;
  manifest: { digest: Digest; mediaType: string; bytes: Uint8Array };
  tag?: string;
  userAgent?: string;
}

export function publishPushed(registry: Registry, { repository, manifest, tag, userAgent }: Pushed): void {
  publish(registry, {
    type: 'ImagePushed',
    action: 'push',
    method: 'PUT',
    subject: tag === undefined ? repository : `${repository}:${tag}`,
    userAgent,
    target: {
      mediaType: manifest.mediaType,
      size: manifest.bytes.length,
      digest: manifest.digest,
      length: manifest.bytes.length,
      repository,
      ...(tag === undefined ? {} : { tag }),
    },
  });
}

export function publishDeleted(
  registry: Registry,
  deleted: { repository: string; manifest: { digest: Digest; mediaType: string }; userAgent?: string },
): void {
  const { repository, manifest, userAgent } = deleted;
  publish(registry, {
    type: 'ImageDeleted',
    action: 'delete',
    method: 'DELETE',
    subject: repository,
    userAgent,
    target: { mediaType: manifest.mediaType, digest: manifest.digest, repository },
  });
}

function publish(
  { world, events, id, name, loginServer }: Registry,
  event: {
    type: string;
    action: string;
    method: string;
    subject: string;
    userAgent?: string;
    target: { digest: Digest; [field: string]: unknown };
  },
): void {
  const time = azureTime(world.clock.now());
  world.log('registry', `${name}: ${event.action} ${event.subject} ${event.target.digest}`);
  events.publish({
    id: randomUUID(),
    topic: id,
    subject: event.subject,
    eventType: `Microsoft.ContainerRegistry.${event.type}`,
    eventTime: time,
    data: {
      id: randomUUID(),
      timestamp: time,
      action: event.action,
      location: world.config.location,
      target: event.target,
      request: {
        id: randomUUID(),
        host: loginServer,
        method: event.method,
        ...(event.userAgent === undefined ? {} : { useragent: event.userAgent }),
      },
    },
    dataVersion: '2.0',
    metadataVersion: '1',
  });
}
