/**
 * The one place where clients of the Azure SDK are built. Nothing here asks whether Azure is local: endpoints are settings.
 *
 * The one thing that follows from an endpoint: a key vault on loopback cannot be below `vault.azure.net`, so that check is left out there.
 */
import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry';
import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';
import { EventGridPublisherClient } from '@azure/eventgrid';
import { DefaultAzureCredential } from '@azure/identity';
import { KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { BlobServiceClient, BlockBlobClient, type ContainerClient } from '@azure/storage-blob';
import type { Host, Repository } from '../domain/reference.ts';
import { isLoopback } from '../loopback.ts';
import { CALL_DEADLINE_SECONDS, CALL_TRIES, POLICY_PAUSE_MS } from './limits.ts';
import { patience } from './patience.ts';

export interface ClientSettings {
  subscriptionId: string;
  /** `https://management.azure.com` */
  armEndpoint: string;
  keyVaultUrl: string;
  tablesEndpoint: string;
  blobsEndpoint: string;
  /** Of the Event Grid topic, with its path: `https://…/api/events`. */
  announcementsEndpoint: string;
  /** Of a user-assigned identity; without it, the system-assigned one or whatever the machine is logged in as. */
  managedIdentityClientId?: string;
  /** Where quick runs are done; without it, on the agents of Azure. */
  agentPool?: string;
}

export interface Clients {
  subscriptionId: string;
  armEndpoint: string;
  agentPool?: string;
  acr: ContainerRegistryManagementClient;
  aci: ContainerInstanceManagementClient;
  /** Attributes and tags of a registry: `/acr/v1`. */
  registryData(host: Host): ContainerRegistryClient;
  /** Manifests and blobs of one repository: `/v2`. Each has an access token of its own, so that none is presented for another scope. */
  registryContent(host: Host, repository: Repository): ContainerRegistryContentClient;
  table(name: string): TableClient;
  blobContainer(name: string): ContainerClient;
  /** The policy, in an account of its own, by its address. */
  policyBlob(url: string): BlockBlobClient;
  secrets: SecretClient;
  keys: KeyClient;
  announcements: EventGridPublisherClient<'CloudEvent'>;
  /** A blob whose address carries its own permission. */
  signedBlob(url: string): BlockBlobClient;
}

export interface ClientOptions {
  credential?: TokenCredential;
  /** One call, its repetitions included. */
  deadlineSeconds?: number;
  /** What sends the requests, in place of Node's; not those of blobs, whose client takes one of an older kind. */
  httpClient?: HttpClient;
}

/** A managed identity in Azure; what stands for it on a developer's machine. */
export const appCredential = ({
  managedIdentityClientId,
}: Pick<ClientSettings, 'managedIdentityClientId'>): TokenCredential =>
  new DefaultAzureCredential(managedIdentityClientId === undefined ? {} : { managedIdentityClientId });

export function createClients(settings: ClientSettings, options: ClientOptions = {}): Clients {
  const { subscriptionId, armEndpoint, keyVaultUrl, tablesEndpoint, blobsEndpoint } = settings;
  const { credential = appCredential(settings) } = options;
  const { deadlineSeconds = CALL_DEADLINE_SECONDS, httpClient } = options;
  const common = { ...patience({ deadlineSeconds }), ...(httpClient ? { httpClient } : {}) };
  const arm = { ...common, endpoint: armEndpoint };
  const storage = {
    retryOptions: { maxTries: CALL_TRIES, tryTimeoutInMs: deadlineSeconds * 1000 },
    userAgentOptions: common.userAgentOptions,
  };
  const vaultOnLoopback = isLoopback(new URL(keyVaultUrl).hostname);
  const vault = { ...common, disableChallengeResourceVerification: vaultOnLoopback };

  return {
    subscriptionId,
    armEndpoint,
    ...(settings.agentPool === undefined ? {} : { agentPool: settings.agentPool }),
    acr: new ContainerRegistryManagementClient(credential, subscriptionId, arm),
    aci: new ContainerInstanceManagementClient(credential, subscriptionId, arm),
    registryData: remembered((host: Host) => new ContainerRegistryClient(`https://${host}`, credential, common)),
    registryContent: remembered(
      (host: Host, repository: Repository) =>
        new ContainerRegistryContentClient(`https://${host}`, repository, credential, common),
    ),
    table: remembered((name: string) => new TableClient(tablesEndpoint, name, credential, common)),
    blobContainer: (name) => new BlobServiceClient(blobsEndpoint, credential, storage).getContainerClient(name),
    policyBlob: (url) =>
      new BlockBlobClient(url, credential, {
        ...storage,
        // It is asked again at the next round anyway, and work waits for it.
        retryOptions: { maxTries: 2, retryDelayInMs: POLICY_PAUSE_MS, maxRetryDelayInMs: POLICY_PAUSE_MS },
      }),
    secrets: new SecretClient(keyVaultUrl, credential, vault),
    keys: new KeyClient(keyVaultUrl, credential, vault),
    announcements: new EventGridPublisherClient(settings.announcementsEndpoint, 'CloudEvent', credential, common),
    signedBlob: (url) => new BlockBlobClient(url, undefined, storage),
  };
}

/** Clients hold tokens and connections, so there is one for each thing they talk to. */
function remembered<Names extends string[], Client>(make: (...names: Names) => Client): (...names: Names) => Client {
  const made = new Map<string, Client>();
  return (...names) => {
    const key = names.join(' ');
    const client = made.get(key) ?? make(...names);
    made.set(key, client);
    return client;
  };
}
