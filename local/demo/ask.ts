/** Everything a step may ask, each from its own source: the registries, their runs, the container groups, the page, and the app. */
import { registriesOf, subscription, type RegistryRole } from '../azure.ts';
import type { Endpoints } from '../endpoints.ts';
import type { Instance } from '../instance.ts';
import { createAzureClient } from '../provision/azure-client.ts';
import { askRegistry, type RegistryAsk } from './ask/registry.ts';
import { askRuns, type RunsAsk } from './ask/runs.ts';

export interface Ask {
  registries: Record<RegistryRole, RegistryAsk>;
  runs: Record<RegistryRole, RunsAsk>;
  /** Value of a secret in Key Vault. */
  secret(name: string): Promise<string | undefined>;
  /** `undefined`: there is no such group. */
  group(resourceGroup: string, name: string): Promise<Group | undefined>;
  /** `undefined` while nothing answers. */
  page(url: string): Promise<string | undefined>;
  /** GET of the app's own API: `path` begins with `/api/`. `undefined`: 404. Throws `StillStarting`. */
  app(path: string): Promise<unknown>;
  /** POST to the app's own API, as one of the people of this machine, by name; without one as its operator. */
  post(path: string, body: object, as?: string): Promise<{ status: number; text: string }>;
}

export interface Group {
  id: string;
  ip: string | undefined;
  state: string | undefined;
  images: string[];
}

const GROUPS_API_VERSION = '2023-05-01';
const PAGE_WITHIN_MS = 5_000;

/** The host listens, and has not loaded the app yet: its 503 says nothing, one of the app says what is wrong. */
export class StillStarting extends Error {
  readonly code = 'StillStarting';

  constructor(path: string) {
    super(`GET ${path} was answered 503: the host is still starting`);
  }
}

export function createAsk({ instance, endpoints }: { instance: Instance; endpoints: Endpoints }): Ask {
  const azure = createAzureClient(instance);
  const registries = registriesOf(instance);
  const forEach = <T>(make: (role: RegistryRole) => T): Record<RegistryRole, T> => ({
    public: make('public'),
    quarantine: make('quarantine'),
    base: make('base'),
    team: make('team'),
  });
  return {
    registries: forEach((role) => askRegistry(endpoints.registries[role])),
    runs: forEach((role) => askRuns(azure, registries[role])),
    secret: (name) => azure.secret(name),
    async group(resourceGroup, name) {
      const id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;
      const found = (await azure.get(id, GROUPS_API_VERSION)) as ArmGroup | undefined;
      return (
        found && {
          id: found.id,
          ip: found.properties.ipAddress?.ip,
          state: found.properties.instanceView?.state,
          images: found.properties.containers.map(({ properties }) => properties.image),
        }
      );
    },
    page,
    async app(path) {
      const answer = await fetch(`${endpoints.app}${path}`);
      if (answer.status === 404) return undefined;
      const text = await answer.text();
      if (answer.status === 503 && text === '') throw new StillStarting(path);
      if (!answer.ok) throw new Error(`GET ${path} was answered ${answer.status}: ${text}`);
      return JSON.parse(text) as unknown;
    },
    async post(path, body, as) {
      const person = endpoints.people.find(({ name }) => name === as);
      if (as !== undefined && !person) throw new Error(`${as} is not among the people of this machine`);
      const answer = await fetch(`${endpoints.app}${path}`, {
        method: 'POST',
        headers: person ? { authorization: `Bearer ${person.token}` } : {},
        body: JSON.stringify(body),
      });
      return { status: answer.status, text: await answer.text() };
    },
  };
}

interface ArmGroup {
  id: string;
  properties: {
    ipAddress?: { ip?: string };
    instanceView?: { state?: string };
    containers: { properties: { image: string } }[];
  };
}

/** A page that is being redeployed does not answer for a moment: that is an answer too. */
async function page(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PAGE_WITHIN_MS) });
    return answer.ok ? await answer.text() : undefined;
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return undefined;
    throw error;
  }
}
