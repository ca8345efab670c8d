/** Whose request it is: the listener it came to, and behind Resource Manager the provider that answers it. */
import type { SERVICES } from './rules.ts';

type Service = Exclude<(typeof SERVICES)[number], '*'>;

export interface Asked {
  services: Service[];
  /** Of a request to a registry's data plane. */
  registry?: string;
  /** `METHOD /path`. */
  operation: string;
}

const BEHIND_ARM: [pattern: RegExp, service: Service][] = [
  [
    /\/providers\/microsoft\.containerregistry\/registries\/[^/]+\/(tasks|taskruns|runs|schedulerun|listbuildsourceuploadurl)\b/i,
    'tasks',
  ],
  [/\/providers\/microsoft\.eventgrid\//i, 'events-management'],
  [/\/providers\/microsoft\.containerregistry\//i, 'registry-management'],
  [/\/providers\/microsoft\.containerinstance\//i, 'instances'],
];

/** `listener`: as `cloud.ts` names it; a registry's is `registry <name>`. */
export function askedOf(listener: string, method: string, path: string): Asked {
  const operation = `${method} ${path}`;
  const registry = /^registry (.+)$/.exec(listener)?.[1];
  if (registry !== undefined) return { services: ['registry'], registry, operation };
  if (listener !== 'arm') return { services: [listener as Service], operation };
  const behind = BEHIND_ARM.find(([pattern]) => pattern.test(path))?.[1];
  return { services: behind === undefined ? ['arm'] : ['arm', behind], operation };
}
