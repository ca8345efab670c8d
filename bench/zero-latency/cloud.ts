/**
 * An Azure without latency: it answers the SDK's clients on the wire, in memory, in this process and without a socket, and counts what it is
 * asked. Two of them that are asked the same give the same answers.
 *
 * It has what a promotion needs: ARM for registries, imports and quick runs; the data plane of registries; tables; blobs of runs; Event Grid.
 */
import { newPipeline, BlockBlobClient, AnonymousCredential, type StoragePipelineOptions } from '@azure/storage-blob';
import type { HttpClient, PipelineRequest } from '@azure/core-rest-pipeline';
import { createClients, type Clients } from '../../shared/azure/clients.ts';
import type { Host } from '../../shared/domain/reference.ts';
import type { Upstreams } from '../../shared/ports/upstreams.ts';
import { fakeRegistries, type FakeRegistries } from '../../test/fakes/registries.ts';
import { notBuilt, toAsked, toResponse, type Service } from './answer.ts';
import { zeroLatencyBlobs } from './blobs.ts';
import { BLOBS, zeroLatencyManagement } from './management.ts';
import { zeroLatencyRegistry } from './registry.ts';
import { zeroLatencyTables } from './tables.ts';

const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
const TOKEN_MS = 3 * 3_600_000;

export interface ZeroLatencyCloud {
  /** The app's own clients, whose requests end here. */
  clients: Clients;
  /** Behind the wire, for setting up and looking. */
  registries: FakeRegistries;
  /** Requests on the wire until now, those for tokens included. */
  requests(): number;
}

export function zeroLatencyCloud({
  loginServers,
  upstreams,
}: {
  loginServers: Host[];
  upstreams: Upstreams;
}): ZeroLatencyCloud {
  const registries = fakeRegistries({ upstreams });
  const management = zeroLatencyManagement({ subscriptionId: SUBSCRIPTION, loginServers, registries });
  const services = new Map<string, Service>([
    ['management.azure.com', management.service],
    ['tables.example.com', zeroLatencyTables()],
    ['events.example.com', () => ({ status: 200 })],
    [new URL(BLOBS).host, zeroLatencyBlobs(management)],
    ...loginServers.map((host): [string, Service] => [host, zeroLatencyRegistry(registries)]),
  ]);
  let requests = 0;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      requests += 1;
      const asked = toAsked(request);
      const service = services.get(asked.url.host) ?? notBuilt;
      return toResponse(request, await service(asked));
    },
  };
  const clients = createClients(
    {
      subscriptionId: SUBSCRIPTION,
      armEndpoint: 'https://management.azure.com',
      keyVaultUrl: 'https://vault.example.com',
      tablesEndpoint: 'https://tables.example.com',
      blobsEndpoint: 'https://blobs.example.com',
      announcementsEndpoint: 'https://events.example.com/api/events',
    },
    {
      credential: { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + TOKEN_MS }) },
      httpClient,
    },
  );
  const pipeline = newPipeline(new AnonymousCredential(), { httpClient: olderKind(httpClient) });
  return {
    clients: { ...clients, signedBlob: (url) => new BlockBlobClient(url, pipeline) },
    registries,
    requests: () => requests,
  };
}

type OlderHttpClient = NonNullable<StoragePipelineOptions['httpClient']>;

/** The client of blobs takes an `HttpClient` of the SDK's last generation. Of the two kinds, only what is read here and there is the same. */
function olderKind(httpClient: HttpClient): OlderHttpClient {
  return {
    async sendRequest(request) {
      const { headers, ...response } = await httpClient.sendRequest(request as unknown as PipelineRequest);
      const older = { ...response, request, headers: { toJson: () => headers.toJSON() } };
      return older as unknown as Awaited<ReturnType<OlderHttpClient['sendRequest']>>;
    },
  };
}
