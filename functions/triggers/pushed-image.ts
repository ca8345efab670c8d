/**
 * What an `ImagePushed` event says, in either schema that Event Grid delivers. A hint only: nothing in it is believed, it just says where to
 * look. Tag, digest and size may be missing (Container Registry event schema).
 */
import { z } from 'zod';
import { host, repository, tag, type Host, type Repository, type Tag } from '../../shared/domain/reference.ts';

export type Pushed =
  | { kind: 'pushed'; host?: Host; repository: Repository; tag?: Tag }
  | { kind: 'other'; type: string }
  | { kind: 'malformed'; problem: string };

const IMAGE_PUSHED = 'Microsoft.ContainerRegistry.ImagePushed';

const envelope = z.union([
  z
    .object({ eventType: z.string(), data: z.unknown() })
    .transform(({ eventType, data }) => ({ type: eventType, data })),
  z.object({ specversion: z.string(), type: z.string(), data: z.unknown() }),
]);

const pushData = z.object({
  target: z.object({ repository, tag: tag.optional() }),
  request: z.object({ host: host.optional() }).optional(),
});

export function readPushed(event: unknown): Pushed {
  const parsed = envelope.safeParse(event);
  if (!parsed.success) return { kind: 'malformed', problem: 'it is neither an Event Grid event nor a CloudEvent' };
  const { type, data } = parsed.data;
  if (type !== IMAGE_PUSHED) return { kind: 'other', type };
  const push = pushData.safeParse(data);
  if (!push.success) {
    const [issue] = push.error.issues;
    return { kind: 'malformed', problem: `its data cannot be used: ${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { target, request } = push.data;
  return {
    kind: 'pushed',
    repository: target.repository,
    ...(target.tag ? { tag: target.tag } : {}),
    ...(request?.host ? { host: request.host } : {}),
  };
}
