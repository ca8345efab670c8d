/**
 * What every service of the emulated Azure is given: a place for its state, the clock, the container engine, the log, and the addresses of
 * the others. Each service is a folder with a `create…` function; `cloud.ts` puts them together.
 */
import type { Engine } from '../containers/engine.ts';
import type { Clock } from '../clock.ts';
import type { Store } from './store.ts';

export interface World {
  config: CloudConfig;
  /** Folder of this cloud's state; each service keeps its files below a folder of its own. */
  directory: string;
  store: Store;
  clock: Clock;
  engine: Engine;
  tls: Tls;
  log: (service: string, message: string) => void;
}

export interface Tls {
  /** PEM. */
  key: string;
  cert: string;
  /** Path of the CA certificate, for clients (`NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `--cacert`). */
  caFile: string;
}

export interface CloudConfig {
  /** Name of this instance, `[a-z0-9-]`: part of container and network names. */
  instance: string;
  subscription: string;
  tenant: string;
  location: string;
  ports: { arm: number; identity: number; events: number; blobs: number };
  registries: { name: string; resourceGroup: string; port: number }[];
  /** `port`: of its data plane. */
  vaults: { name: string; resourceGroup: string; port: number }[];
  /** The storage accounts, when there are any. */
  storage?: StorageConfig | undefined;
  /** The function app, when there is one: events for a function of it are delivered to its host. */
  functionApp?: { name: string; resourceGroup: string; url: string } | undefined;
  /** The first three numbers of the addresses that container groups get, such as `127.0.1`. */
  addresses: string;
  /** The image that task steps run as a docker client; such a step acts on this machine's engine. */
  runnerImage: string;
  principals: ConfiguredPrincipal[];
}

export interface StorageConfig {
  /** What Azurite calls them too: a path of their data begins with the name. */
  accounts: { name: string; resourceGroup: string }[];
  /** Azurite's, of all of them, for the services of this cloud alone. */
  blobEndpoint: string;
  doors?: StorageDoors | undefined;
}

/** Where callers come in, who then have what their roles allow, and where Azurite listens. */
export type StorageDoors = Record<'blobs' | 'queues' | 'tables', { front: number; behind: number }>;

export interface ConfiguredPrincipal {
  name: string;
  objectId: string;
  clientId: string;
  identityHeader: string;
  /** Has the role Owner on the subscription from the start, as whoever made a subscription has; others get what they are assigned. */
  owner?: boolean | undefined;
}

export interface Principal {
  name: string;
  objectId: string;
}

/** One event in the Event Grid schema, as a service of Azure publishes it. */
export interface CloudEvent {
  id: string;
  topic: string;
  subject: string;
  eventType: string;
  eventTime: string;
  data: unknown;
  dataVersion: string;
  metadataVersion: string;
}

// What the services ask of each other. Each is implemented by the folder it is named after.

export interface IdentityService {
  /** A signed token for this principal and audience. */
  issue(principal: Principal, audience: string): string;
  /** The principal of a `Bearer` header whose token is ours, not expired, and for one of these audiences. */
  verify(authorization: string | undefined, audiences: string[]): Principal | undefined;
}

/** What is asked for: an action of the management plane, or a data action, such as `Microsoft.KeyVault/vaults/secrets/getSecret/action`. */
export type Permission = { action: string } | { dataAction: string };

/** How far a permission goes below a scope: to everything, or to these repositories of a registry, which may be none. */
export type Reach = 'everything' | { kind: 'equals' | 'starts-with'; name: string }[];

export interface RoleService {
  /** `scope`: a resource id. Role assignments count from the moment they are written. */
  may(objectId: string, permission: Permission, scope: string): boolean;
  reach(objectId: string, permission: Permission, scope: string): Reach;
  /** Whether any role is assigned to it here or below: then lists answer what it may see, and otherwise they are refused. */
  hasRoleWithin(objectId: string, scope: string): boolean;
  /** Tells the log, for whoever wonders which role is missing. */
  logRefusal(objectId: string, permission: Permission, scope: string): void;
}

export interface RegistryService {
  /** Login server of each registry: `localhost:<port>`. */
  loginServers(): string[];
  /** Permissions are by repository (ABAC): then a run has no login of its own there, and whoever logs in does it as an identity. */
  isByRepository(loginServer: string): boolean;
  /** What a run has in its own registry otherwise: pull, push and delete, whoever asked for it. */
  login(loginServer: string): RegistryLogin;
  /** As an identity: what its roles allow at the time of each use. */
  loginAs(loginServer: string, objectId: string): RegistryLogin;
}

export interface RegistryLogin {
  username: string;
  password: string;
}

export interface RegistryTags {
  /** What a tag names now; `undefined`: there is no such tag in this cloud. */
  digestOf(image: { loginServer: string; repository: string; tag: string }): string | undefined;
}

export interface VaultService {
  /**
   * Value of `https://<vault>/secrets/<name>[/<version>]`, for a service of the cloud that reads it as this identity; `undefined`: there is
   * none, or the roles of the identity do not allow it.
   */
  secret(url: string, objectId: string): string | undefined;
}

export interface EventService {
  /** Publishes to the system topic of that resource; stored before it answers, delivered in its own time. */
  publish(event: CloudEvent): void;
}
