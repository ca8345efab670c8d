/**
 * From the login server of a registry to its place in Azure Resource Manager.
 *
 * The policy names registries by login server alone. What was found stays found; an unknown one is looked for again, since it may be new.
 */
import type { Host } from '../domain/reference.ts';
import { ask } from './ask.ts';
import type { Clients } from './clients.ts';
import { RegistryNotFound } from './errors.ts';
import { neededRoles } from './needed-roles.ts';

export interface RegistryPlace {
  /** ARM id. */
  id: string;
  resourceGroup: string;
  name: string;
}

export type FindRegistry = (host: Host) => Promise<RegistryPlace>;

/** The function it answers throws `RegistryNotFound`. */
export function registryFinder({ acr, subscriptionId }: Pick<Clients, 'acr' | 'subscriptionId'>): FindRegistry {
  const known = new Map<string, RegistryPlace>();
  let listing: Promise<void> | undefined;

  const list = async () => {
    const question = {
      service: 'Azure Resource Manager',
      what: 'list the container registries',
      roles: neededRoles.findRegistry,
    };
    await ask(question, async () => {
      for await (const { id, name, loginServer } of acr.registries.list()) {
        const resourceGroup = /\/resourceGroups\/([^/]+)\//i.exec(id ?? '')?.[1];
        if (id && name && loginServer && resourceGroup)
          known.set(loginServer.toLowerCase(), { id, name, resourceGroup });
      }
    });
  };

  return async (host) => {
    if (!known.has(host)) {
      // Several that miss at once share one list.
      listing ??= list().finally(() => (listing = undefined));
      await listing;
    }
    const place = known.get(host);
    if (!place) throw new RegistryNotFound(host, { subscriptionId, seen: [...known.keys()].toSorted() });
    return place;
  };
}
